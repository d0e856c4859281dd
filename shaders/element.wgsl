// One thread per element of the rows of a step. Prepended to a kernel whose parameters have the `capacity` of a batch,
// and which defines
//     row_length() -> u32              elements per row
//     of_element(replica, e, at)       handles element e of a replica's rows, at index `at` in an array
//                                      (replica, capacity, row_length)

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let e = thread(workgroup, workgroups, local, 64u);
    if (e < step_of(replica).rows * row_length()) {
        of_element(replica, e, replica * parameters.capacity * row_length() + e);
    }
}
