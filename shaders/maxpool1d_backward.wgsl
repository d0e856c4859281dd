// dx[i, c, s] = Σ of delta[i, c, t] over the windows t that x[i, c, s] won, in their order: a thread a
// sample looks through the windows that hold it.

struct Parameters {
    capacity: u32,
    channels: u32,
    samples: u32,
    size: u32,
    stride: u32,
    positions: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, channels, positions), both
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read> winners: array<u32>;
// (replica, capacity, channels, samples)
@group(1) @binding(3) var<storage, read_write> below: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    let row_length = parameters.channels * parameters.samples;
    if (element >= step_of(replica).rows * row_length) {
        return;
    }
    // Rows and channels follow each other in delta as in dx.
    let own = replica * parameters.capacity * parameters.channels;
    let windows = (own + element / parameters.samples) * parameters.positions;
    let s = element % parameters.samples;
    // Window t holds the samples from t·stride to t·stride + size - 1.
    var t = 0u;
    if (s >= parameters.size) {
        t = (s - parameters.size) / parameters.stride + 1u;
    }
    let end = min(s / parameters.stride + 1u, parameters.positions);
    var sum = 0.0;
    for (; t < end; t++) {
        if (winners[windows + t] == s) {
            sum += delta[windows + t];
        }
    }
    below[replica * parameters.capacity * row_length + element] = sum;
}
