// z[i, o, t] = Σc Σj W[o, c, j] · x[i, c, t·stride + j - padding], x = 0 outside.
// A product (`product.wgsl`) of W as (filters, channels·kernel) and a matrix that is never stored,
// (channels·kernel, rows·positions): each of its elements is fetched from x as it is needed.

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
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, channels, samples)
@group(1) @binding(2) var<storage, read> x: array<f32>;
// (replica, capacity, filters, positions)
@group(1) @binding(3) var<storage, read_write> z: array<f32>;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let columns = step_of(workgroup.z).rows * parameters.positions;
    return select(0u, parameters.channels * parameters.kernel, workgroup.x * TILE_COLUMNS < columns);
}

// W[o, c, j], (c, j) = q
fn left_at(replica: u32, o: u32, q: u32) -> f32 {
    let terms = parameters.channels * parameters.kernel;
    if (o >= parameters.filters || q >= terms) {
        return 0.0;
    }
    return weights[replica * parameters.weights + parameters.weight + o * terms + q];
}

// x[i, c, t·stride + j - padding], (c, j) = q, (i, t) = n
fn right_at(replica: u32, q: u32, n: u32) -> f32 {
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

fn store(replica: u32, o: u32, n: u32, sum: f32) {
    let i = n / parameters.positions;
    if (o >= parameters.filters || i >= step_of(replica).rows) {
        return;
    }
    let row = replica * parameters.capacity + i;
    z[(row * parameters.filters + o) * parameters.positions + n % parameters.positions] = sum;
}
