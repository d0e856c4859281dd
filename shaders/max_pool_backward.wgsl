// dx[i, c, s], here `below`, is the sum of delta[i, c, p], in order of p, over the windows p whose largest element is
// x[i, c, s]: one thread per element searches the windows that hold it. Sizes as in `windows.wgsl`, without padding
// and dilation.

// (replica, capacity, channels, windows), both; `winners` are indices within a plane (`max_pool.wgsl`)
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read> winners: array<u32>;
// (replica, capacity, channels, plane)
@group(1) @binding(3) var<storage, read_write> below: array<f32>;

fn row_length() -> u32 {
    return parameters.channels * parameters.plane;
}

fn of_element(replica: u32, e: u32, at: u32) {
    // delta and dx have the planes of rows and channels in one order.
    let own = replica * parameters.capacity * parameters.channels;
    let windows = (own + e / parameters.plane) * parameters.windows;
    let s = e % parameters.plane;
    let position = unfolded(s, parameters.input.y);
    let first = first_window(position);
    let end = end_window(position);
    var sum = 0.0;
    for (var line = first.x; line < end.x; line++) {
        for (var p = first.y; p < end.y; p++) {
            let window = windows + line * parameters.positions.y + p;
            if (winners[window] == s) {
                sum += delta[window];
            }
        }
    }
    if (ADDS) {
        below[at] += sum;
    } else {
        below[at] = sum;
    }
}
