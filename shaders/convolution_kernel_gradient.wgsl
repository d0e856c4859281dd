// dW[o, c, j] = Σ over rows i and windows p of delta[i, o, p] · x[i, c, p·stride + j·dilation - before], x = 0
// outside. A product (`product.wgsl`, sizes of `windows.wgsl`) of delta as (filters, rows·windows) and the
// transpose of the matrix of `convolution.wgsl`; the sum is in the order of (i, p).

// (replica, capacity, filters, windows)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, weights); of several parts (replica, parts, filters, channels·taps)
@group(1) @binding(3) var<storage, read_write> gradients: array<f32>;

// Neighbouring terms of either factor, which are windows, lie side by side.
const LEFT_TRANSPOSED = false;
const RIGHT_TRANSPOSED = true;

// The part of the workgroup, which comes after those of the tiles of rows, and where its rows and terms begin.
var<private> part: u32;
var<private> first_row: u32;
var<private> first_term: u32;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let tiles = (parameters.filters + TILE_ROWS - 1u) / TILE_ROWS;
    // Private variables are written and not read here: what is read from them is not uniform to a browser.
    let own = workgroup.y / tiles;
    let begins = own * parameters.part_terms;
    part = own;
    first_row = own * tiles * TILE_ROWS;
    first_term = begins;
    let all = step_of(workgroup.z).rows * parameters.windows;
    return min(select(0u, all - begins, all > begins), parameters.part_terms);
}

// The index of a term of the part, beyond all rows where it belongs to the next part.
fn term(n: u32) -> u32 {
    return select(NOWHERE, first_term + n, n < parameters.part_terms);
}

// delta[i, o, p]
fn delta_at(replica: u32, o: u32, window: Place) -> f32 {
    let at = index_in_z(replica, o, window);
    return select(delta[fetched(at)], 0.0, at == NOWHERE);
}

// (i, p) = n
fn left_four(replica: u32, row: u32, n: u32) -> vec4<f32> {
    let window = window_of(term(n));
    let o = row - first_row;
    return vec4<f32>(
        delta_at(replica, o, window),
        delta_at(replica, o + 1u, window),
        delta_at(replica, o + 2u, window),
        delta_at(replica, o + 3u, window),
    );
}

// x[i, c, p·stride + j·dilation - before]
fn x_at(replica: u32, tap: Place, window: Place) -> f32 {
    let at = index_in_x(replica, tap, window);
    return select(x[fetched(at)], 0.0, at == NOWHERE);
}

// (i, p) = n, (c, j) = q, ..., q + 3
fn right_four(replica: u32, n: u32, q: u32) -> vec4<f32> {
    let window = window_of(term(n));
    let first = tap_of(q);
    let second = place_after(first, parameters.kernel);
    let third = place_after(second, parameters.kernel);
    let fourth = place_after(third, parameters.kernel);
    return vec4<f32>(
        x_at(replica, first, window),
        x_at(replica, second, window),
        x_at(replica, third, window),
        x_at(replica, fourth, window),
    );
}

fn store(replica: u32, row: u32, q: u32, sum: f32) {
    let terms = parameters.channels * parameters.taps;
    let o = row - first_row;
    if ((o < parameters.filters) & (q < terms)) {
        let own = replica * parameters.weights + parameters.weight;
        let of_part = (replica * parameters.parts + part) * parameters.filters * terms;
        let at = select(of_part, own, parameters.parts == 1u) + o * terms + q;
        if (ADDS) {
            gradients[at] += sum;
        } else {
            gradients[at] = sum;
        }
    }
}

fn store_four(replica: u32, row: u32, q: u32, sums: vec4<f32>) {
    store(replica, row, q, sums.x);
    store(replica, row, q + 1u, sums.y);
    store(replica, row, q + 2u, sums.z);
    store(replica, row, q + 3u, sums.w);
}
