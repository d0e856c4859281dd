// z[i, o, p] = Σc Σj W[o, c, j] · x[i, c, p·stride + j·dilation - before], x = 0 outside.
// A product (`product.wgsl`, sizes of `windows.wgsl`) of W as (filters, channels·taps) and a matrix of
// (channels·taps, rows·windows), which is not stored: its elements are fetched from x when they are needed.

// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, capacity, filters, windows)
@group(1) @binding(3) var<storage, read_write> z: array<f32>;

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

// x[i, c, p·stride + j·dilation - before], (c, j) = q, (i, p) = n
fn right_at(replica: u32, q: u32, n: u32) -> f32 {
    let at = index_in_x(replica, q, n);
    return select(x[fetched(at)], 0.0, at == NOWHERE);
}

fn store(replica: u32, o: u32, n: u32, sum: f32) {
    let at = index_in_z(replica, o, n);
    if (at != NOWHERE) {
        z[at] = sum;
    }
}
