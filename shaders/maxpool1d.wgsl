// y[i, c, t] = the largest of the `size` samples of x[i, c] from t·stride on; winners[i, c, t] is its place in x[i, c], the
// first on a tie. NaN wins, so that a run that lost its numbers is seen.

struct Parameters {
    capacity: u32,
    channels: u32,
    samples: u32,
    size: u32,
    stride: u32,
    positions: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, channels, samples)
@group(1) @binding(1) var<storage, read> x: array<f32>;
// (replica, capacity, channels, positions), both
@group(1) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(3) var<storage, read_write> winners: array<u32>;

// By its bits: a shader may take it that NaN does not occur.
fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    let row_length = parameters.channels * parameters.positions;
    if (element >= step_of(replica).rows * row_length) {
        return;
    }
    // Rows and channels follow each other in x as in y.
    let own = replica * parameters.capacity * parameters.channels;
    let channel = own + element / parameters.positions;
    let first = element % parameters.positions * parameters.stride;
    let signal = channel * parameters.samples;
    var winner = first;
    var largest = x[signal + first];
    for (var s = first + 1u; s < first + parameters.size; s++) {
        let value = x[signal + s];
        if (!is_nan(largest) & (is_nan(value) | (value > largest))) {
            winner = s;
            largest = value;
        }
    }
    let at = replica * parameters.capacity * row_length + element;
    y[at] = largest;
    winners[at] = winner;
}
