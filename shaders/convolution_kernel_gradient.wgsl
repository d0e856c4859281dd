// dW[o, c, j] = Σ over rows i and windows p of delta[i, o, p] · x[i, c, p·stride + j·dilation - before], x = 0
// outside. A product (`product.wgsl`, sizes of `windows.wgsl`) of delta as (filters, rows·windows) and the
// transpose of the matrix of `convolution.wgsl`; the sum is in the order of (i, p).

// (replica, capacity, filters, windows)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, weights); of several parts (replica, parts, filters, channels·taps)
@group(1) @binding(3) var<storage, read_write> gradients: array<f32>;

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

// delta[i, o, p], (i, p) = n
fn left_at(replica: u32, row: u32, n: u32) -> f32 {
    let at = index_in_z(replica, row - first_row, term(n));
    return select(delta[fetched(at)], 0.0, at == NOWHERE);
}

// x[i, c, p·stride + j·dilation - before], (i, p) = n, (c, j) = q
fn right_at(replica: u32, n: u32, q: u32) -> f32 {
    let at = index_in_x(replica, q, term(n));
    return select(x[fetched(at)], 0.0, at == NOWHERE);
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
