// values[i, u] = 0

struct Parameters {
    capacity: u32,
    units: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units)
@group(1) @binding(1) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    if (element >= step_of(replica).rows * parameters.units) {
        return;
    }
    let at = replica * parameters.capacity * parameters.units + element;
    values[at] = 0.0;
}
