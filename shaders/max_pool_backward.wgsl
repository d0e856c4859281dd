// dx[i, c, s] = Σ of delta[i, c, p] over the windows p that x[i, c, s] won, in their order: a thread an element
// looks through the windows that hold it. Sizes are those of `windows.wgsl`, without padding and dilation.

// (replica, capacity, channels, windows), both
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read> winners: array<u32>;
// (replica, capacity, channels, plane)
@group(1) @binding(3) var<storage, read_write> below: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    let row_length = parameters.channels * parameters.plane;
    if (element >= step_of(replica).rows * row_length) {
        return;
    }
    // Rows and channels follow each other in delta as in dx.
    let own = replica * parameters.capacity * parameters.channels;
    let windows = (own + element / parameters.plane) * parameters.windows;
    let s = element % parameters.plane;
    let at = unfolded(s, parameters.input.y);
    let first = first_window(at);
    let end = end_window(at);
    var sum = 0.0;
    for (var line = first.x; line < end.x; line++) {
        for (var p = first.y; p < end.y; p++) {
            let window = windows + line * parameters.positions.y + p;
            if (winners[window] == s) {
                sum += delta[window];
            }
        }
    }
    let to = replica * parameters.capacity * row_length + element;
    if (ADDS) {
        below[to] += sum;
    } else {
        below[to] = sum;
    }
}
