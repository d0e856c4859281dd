// a[i] = 1 / (1 + e^-z[i])

struct Parameters {
    capacity: u32,
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, outputs), both
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read_write> a: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let i = thread(workgroup, workgroups, local, 64u);
    if (i >= step_of(replica).rows * parameters.outputs) {
        return;
    }
    let at = replica * parameters.capacity * parameters.outputs + i;
    a[at] = sigmoid(z[at]);
}
