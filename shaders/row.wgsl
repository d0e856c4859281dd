// One thread per row of a step. Prepended to a kernel that defines
//     of_row(replica, i, step)       handles row i of a replica's batch

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let step = step_of(replica);
    let i = thread(workgroup, workgroups, local, 64u);
    if (i < step.rows) {
        of_row(replica, i, step);
    }
}
