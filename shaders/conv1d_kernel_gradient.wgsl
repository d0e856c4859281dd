// dW[o, c, j] = Σ over rows i and t of delta[i, o, t] · x[i, c, t·stride + j - padding], x = 0 outside.
// A product (`product.wgsl`) of delta as (filters, rows·positions) and the matrix of `conv1d.wgsl`, turned;
// the sum is in the order of (i, t).

struct Parameters {
    capacity: u32,
    channels: u32,
    samples: u32,
    filters: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    positions: u32,
    // Where W begins in the weights of a replica, and how many weights a replica has.
    weight: u32,
    weights: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
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
    let i = n / parameters.positions;
    if (o >= parameters.filters || i >= step_of(replica).rows) {
        return 0.0;
    }
    let row = replica * parameters.capacity + i;
    return delta[(row * parameters.filters + o) * parameters.positions + n % parameters.positions];
}

// x[i, c, t·stride + j - padding], (i, t) = n, (c, j) = q
fn right_at(replica: u32, n: u32, q: u32) -> f32 {
    let c = q / parameters.kernel;
    let i = n / parameters.positions;
    // Before the first sample this wraps around and is beyond the last one.
    let s = n % parameters.positions * parameters.stride + q % parameters.kernel - parameters.padding;
    if (i >= step_of(replica).rows || c >= parameters.channels || s >= parameters.samples) {
        return 0.0;
    }
    let row = replica * parameters.capacity + i;
    return x[(row * parameters.channels + c) * parameters.samples + s];
}

fn store(replica: u32, o: u32, q: u32, sum: f32) {
    let terms = parameters.channels * parameters.kernel;
    if (o < parameters.filters && q < terms) {
        gradients[replica * parameters.weights + parameters.weight + o * terms + q] = sum;
    }
}
