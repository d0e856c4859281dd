// db[c] = Σ over rows i and positions t of delta[i, c, t], in a fixed order: one workgroup per channel. delta is a view, of
// several of its rows per row of the batch for sequences; a dense layer's units are channels of one position.

struct Parameters {
    // Rows of the view per row of the batch.
    rows: u32,
    positions: u32,
    channels: u32,
    // Where the view begins in the buffer of a replica, and the elements from one of its rows to the next, and from one
    // replica to the next.
    first: u32,
    row: u32,
    stride: u32,
    // Where b begins in the weights of a replica, and the number of weights per replica.
    bias: u32,
    weights: u32,
}

override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, rows of the view, row)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, weights)
@group(1) @binding(2) var<storage, read_write> gradients: array<f32>;

const THREADS = 64u;
alias Summed = f32;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    // The grid has two dimensions if one is too short.
    let channel = workgroup.y * workgroups.x + workgroup.x;
    let elements = step_of(replica).rows * parameters.rows * parameters.positions;
    let own = replica * parameters.stride + parameters.first + channel * parameters.positions;
    var sum = 0.0;
    if (channel < parameters.channels) {
        for (var e = local; e < elements; e += 64u) {
            sum += delta[own + e / parameters.positions * parameters.row + e % parameters.positions];
        }
    }
    let total = reduce(local, sum);
    if (local == 0u && channel < parameters.channels) {
        let at = replica * parameters.weights + parameters.bias + channel;
        if (ADDS) {
            gradients[at] += total;
        } else {
            gradients[at] = total;
        }
    }
}
