// z[i, o, p] = Σc Σj W[o, c, j] · x[i, c, p·stride + j·dilation - before], x = 0 outside.
// A product (`product.wgsl`, sizes of `windows.wgsl`) of W as (filters, channels·taps) and a matrix of
// (channels·taps, rows·windows), which is not stored: its elements are fetched from x when they are needed.

// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, capacity, filters, windows)
@group(1) @binding(3) var<storage, read_write> z: array<f32>;

// Neighbouring terms of W and neighbouring windows of x lie side by side.
const LEFT_TRANSPOSED = false;
const RIGHT_TRANSPOSED = false;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let columns = step_of(workgroup.z).rows * parameters.windows;
    return select(0u, parameters.channels * parameters.taps, workgroup.x * TILE_COLUMNS < columns);
}

// W[o, c, j], (c, j) = q
fn left_at(replica: u32, o: u32, q: u32) -> f32 {
    let terms = parameters.channels * parameters.taps;
    let inside = (o < parameters.filters) & (q < terms);
    let first = replica * parameters.weights + parameters.weight;
    return select(0.0, weights[first + select(0u, o * terms + q, inside)], inside);
}

fn left_four(replica: u32, o: u32, q: u32) -> vec4<f32> {
    return vec4<f32>(
        left_at(replica, o, q),
        left_at(replica, o + 1u, q),
        left_at(replica, o + 2u, q),
        left_at(replica, o + 3u, q),
    );
}

// x[i, c, p·stride + j·dilation - before]
fn x_at(replica: u32, tap: Place, window: Place) -> f32 {
    let at = index_in_x(replica, tap, window);
    return select(x[fetched(at)], 0.0, at == NOWHERE);
}

// (c, j) = q, (i, p) = n, ..., n + 3
fn right_four(replica: u32, q: u32, n: u32) -> vec4<f32> {
    let tap = tap_of(q);
    let first = window_of(n);
    let second = place_after(first, parameters.positions);
    let third = place_after(second, parameters.positions);
    let fourth = place_after(third, parameters.positions);
    return vec4<f32>(
        x_at(replica, tap, first),
        x_at(replica, tap, second),
        x_at(replica, tap, third),
        x_at(replica, tap, fourth),
    );
}

fn store(replica: u32, o: u32, window: Place, sum: f32) {
    let at = index_in_z(replica, o, window);
    if (at != NOWHERE) {
        z[at] = sum;
    }
}

fn store_four(replica: u32, o: u32, n: u32, sums: vec4<f32>) {
    let first = window_of(n);
    let second = place_after(first, parameters.positions);
    let third = place_after(second, parameters.positions);
    store(replica, o, first, sums.x);
    store(replica, o, second, sums.y);
    store(replica, o, third, sums.z);
    store(replica, o, place_after(third, parameters.positions), sums.w);
}
