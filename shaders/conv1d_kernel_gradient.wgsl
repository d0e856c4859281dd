// dW[o, c, j] = Σ over rows i and t of delta[i, o, t] · x[i, c, t·stride + j - padding], x = 0 outside.
// A product (`product.wgsl`, its sizes `convolution.wgsl`) of delta as (filters, rows·positions) and the
// matrix of `conv1d.wgsl`, turned; the sum is in the order of (i, t).

// (replica, capacity, filters, positions)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, samples)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, weights)
@group(1) @binding(3) var<storage, read_write> gradients: array<f32>;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    return step_of(workgroup.z).rows * parameters.positions;
}

// delta[i, o, t], (i, t) = n
fn left_at(replica: u32, o: u32, n: u32) -> f32 {
    let at = place_in_z(replica, o, n);
    return select(delta[fetched(at)], 0.0, at == NOWHERE);
}

// x[i, c, t·stride + j - padding], (i, t) = n, (c, j) = q
fn right_at(replica: u32, n: u32, q: u32) -> f32 {
    let at = place_in_x(replica, q, n);
    return select(x[fetched(at)], 0.0, at == NOWHERE);
}

fn store(replica: u32, o: u32, q: u32, sum: f32) {
    let terms = parameters.channels * parameters.kernel;
    if ((o < parameters.filters) & (q < terms)) {
        gradients[replica * parameters.weights + parameters.weight + o * terms + q] = sum;
    }
}
