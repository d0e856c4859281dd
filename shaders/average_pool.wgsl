// to[i, c, p] = mean of window p of from[i, c]; transposed, to[i, c, s] = Σ of from[i, c, p] / taps over the windows
// p that hold element s, in their order. A thread an element of `to`; sizes are those of `windows.wgsl`,
// without padding and dilation.

override TRANSPOSED: bool = false;

// (replica, capacity, channels, plane), and (replica, capacity, channels, windows); transposed the other way
// round
@group(1) @binding(1) var<storage, read> from_values: array<f32>;
@group(1) @binding(2) var<storage, read_write> to_values: array<f32>;

// The sum of a rectangle of a plane of lines of `width`, from its first corner to before its last.
fn sum_of(plane: u32, width: u32, first: vec2<u32>, end: vec2<u32>) -> f32 {
    var sum = 0.0;
    for (var line = first.x; line < end.x; line++) {
        for (var at = first.y; at < end.y; at++) {
            sum += from_values[plane + line * width + at];
        }
    }
    return sum;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    let sizes = parameters;
    let own_plane = select(sizes.windows, sizes.plane, TRANSPOSED);
    let other_plane = select(sizes.plane, sizes.windows, TRANSPOSED);
    let row_length = sizes.channels * own_plane;
    if (element >= step_of(replica).rows * row_length) {
        return;
    }
    // Rows and channels follow each other in both.
    let own = replica * sizes.capacity * sizes.channels;
    let plane = (own + element / own_plane) * other_plane;
    let own_width = select(sizes.positions.y, sizes.input.y, TRANSPOSED);
    let other_width = select(sizes.input.y, sizes.positions.y, TRANSPOSED);
    let at = unfolded(element % own_plane, own_width);
    let corner = at * sizes.stride;
    let first = select(corner, first_window(at), TRANSPOSED);
    let end = select(corner + sizes.kernel, end_window(at), TRANSPOSED);
    let mean = sum_of(plane, other_width, first, end) / f32(sizes.taps);
    let to = replica * sizes.capacity * row_length + element;
    if (ADDS) {
        to_values[to] += mean;
    } else {
        to_values[to] = mean;
    }
}
