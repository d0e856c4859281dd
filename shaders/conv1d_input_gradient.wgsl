// dx[i, c, s] = Σ W[o, c, j] · delta[i, o, t] over the o, j, t with t·stride + j - padding = s: the full
// convolution of delta with the reversed kernel.
// A product (`product.wgsl`, its sizes `convolution.wgsl`) of W turned, (channels, filters·kernel), and a
// matrix that is never stored, (filters·kernel, rows·samples): each of its elements is fetched from
// delta as it is needed.

// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, filters, positions)
@group(1) @binding(2) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, samples)
@group(1) @binding(3) var<storage, read_write> below: array<f32>;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let columns = step_of(workgroup.z).rows * parameters.samples;
    return select(0u, parameters.filters * parameters.kernel, workgroup.x * TILE_COLUMNS < columns);
}

// W[o, c, j], (o, j) = q
fn left_at(replica: u32, c: u32, q: u32) -> f32 {
    let o = q / parameters.kernel;
    let inside = (c < parameters.channels) & (o < parameters.filters);
    let at = (o * parameters.channels + c) * parameters.kernel + q % parameters.kernel;
    let first = replica * parameters.weights + parameters.weight;
    return select(0.0, weights[first + select(0u, at, inside)], inside);
}

// delta[i, o, t], t·stride = s + padding - j, (o, j) = q, (i, s) = n; 0 where there is no such t.
fn right_at(replica: u32, q: u32, n: u32) -> f32 {
    let o = q / parameters.kernel;
    let i = n / parameters.samples;
    // Before the first position this wraps around and is beyond the last one: positions·stride is far
    // below 2^31.
    let start = n % parameters.samples + parameters.padding - q % parameters.kernel;
    let t = start / parameters.stride;
    let inside = (i < step_of(replica).rows) & (o < parameters.filters)
        & (t < parameters.positions) & (t * parameters.stride == start);
    let row = replica * parameters.capacity + i;
    let at = (row * parameters.filters + o) * parameters.positions + t;
    return select(0.0, delta[select(0u, at, inside)], inside);
}

fn store(replica: u32, c: u32, n: u32, sum: f32) {
    let i = n / parameters.samples;
    if ((c < parameters.channels) & (i < step_of(replica).rows)) {
        let row = replica * parameters.capacity + i;
        below[(row * parameters.channels + c) * parameters.samples + n % parameters.samples] = sum;
    }
}
