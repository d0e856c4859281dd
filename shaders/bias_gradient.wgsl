// db[u] = Σ over rows of delta[i, u], in their order, a thread a unit.

struct Parameters {
    capacity: u32,
    units: u32,
    // Where b begins in the weights of a replica, and how many weights a replica has.
    bias: u32,
    weights: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
// (replica, weights)
@group(1) @binding(2) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let unit = thread(workgroup, workgroups, local, 64u);
    if (unit >= parameters.units) {
        return;
    }
    let rows = step_of(replica).rows;
    let own = replica * parameters.capacity * parameters.units + unit;
    var sum = 0.0;
    for (var i = 0u; i < rows; i++) {
        sum += delta[own + i * parameters.units];
    }
    gradients[replica * parameters.weights + parameters.bias + unit] = sum;
}
