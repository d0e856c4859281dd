// A thread an element of the rows that a step has. Prepended to the kernel, whose parameters have the `capacity` of
// a batch, and which defines
//     row_length() -> u32              elements of a row
//     of_element(replica, e, at)       what is done with element e of a replica's rows; it lies at `at` in an array
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
