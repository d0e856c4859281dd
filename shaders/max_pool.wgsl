// y[i, c, p] = the largest element of window p of x[i, c]; winners[i, c, p] is its index in x[i, c], the first
// on a tie. NaN wins, so that a diverged run shows it. Sizes as in `windows.wgsl`, without padding and dilation.

// (replica, capacity, channels, plane)
@group(1) @binding(1) var<storage, read> x: array<f32>;
// (replica, capacity, channels, windows), both
@group(1) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(3) var<storage, read_write> winners: array<u32>;
// (replica, capacity): the samples that each row has, where one window is all of them
@group(1) @binding(4) var<storage, read> lengths: array<u32>;

override HAS_LENGTHS: bool = false;

// By its bits: a compiler may assume that NaN does not occur.
fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn row_length() -> u32 {
    return parameters.channels * parameters.windows;
}

fn of_element(replica: u32, e: u32, at: u32) {
    // Rows and channels follow each other in x as in y.
    let own = replica * parameters.capacity * parameters.channels;
    let plane = (own + e / parameters.windows) * parameters.plane;
    let window = unfolded(e % parameters.windows, parameters.positions.y);
    let corner = window * parameters.stride;
    var width = parameters.kernel.y;
    if (HAS_LENGTHS) {
        width = lengths[at / row_length()];
    }
    var winner = corner.x * parameters.input.y + corner.y;
    var largest = x[plane + winner];
    for (var line = corner.x; line < corner.x + parameters.kernel.x; line++) {
        let first = line * parameters.input.y + corner.y;
        for (var s = first; s < first + width; s++) {
            let value = x[plane + s];
            if (!is_nan(largest) & (is_nan(value) | (value > largest))) {
                winner = s;
                largest = value;
            }
        }
    }
    y[at] = largest;
    winners[at] = winner;
}
