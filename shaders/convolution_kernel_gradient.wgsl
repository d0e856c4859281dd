// dW[o, c, j] = Σ over rows i and windows p of delta[i, o, p] · x[i, c, p·stride + j·dilation - before], x = 0
// outside. A product (`product.wgsl`, sizes of `windows.wgsl`) of delta as (filters, rows·windows) and the
// transpose of the matrix of `convolution.wgsl`; the sum is in the order of (i, p).

// (replica, capacity, filters, windows)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, weights)
@group(1) @binding(3) var<storage, read_write> gradients: array<f32>;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    return step_of(workgroup.z).rows * parameters.windows;
}

// delta[i, o, p], (i, p) = n
fn left_at(replica: u32, o: u32, n: u32) -> f32 {
    let at = index_in_z(replica, o, n);
    return select(delta[fetched(at)], 0.0, at == NOWHERE);
}

// x[i, c, p·stride + j·dilation - before], (i, p) = n, (c, j) = q
fn right_at(replica: u32, n: u32, q: u32) -> f32 {
    let at = index_in_x(replica, q, n);
    return select(x[fetched(at)], 0.0, at == NOWHERE);
}

fn store(replica: u32, o: u32, q: u32, sum: f32) {
    let terms = parameters.channels * parameters.taps;
    if ((o < parameters.filters) & (q < terms)) {
        let at = replica * parameters.weights + parameters.weight + o * terms + q;
        if (ADDS) {
            gradients[at] += sum;
        } else {
            gradients[at] = sum;
        }
    }
}
