// to[i, c, p] = mean of window p of from[i, c]; transposed, to[i, c, s] = Σ of from[i, c, p] / taps over the windows
// p that hold element s, in their order. One thread per element of `to`; sizes as in `windows.wgsl`, without padding
// and dilation.

override TRANSPOSED: bool = false;
override HAS_LENGTHS: bool = false;

// (replica, capacity, channels, plane), and (replica, capacity, channels, windows); transposed, they change places
@group(1) @binding(1) var<storage, read> from_values: array<f32>;
@group(1) @binding(2) var<storage, read_write> to_values: array<f32>;
// (replica, capacity): the samples that each row has, where one window is all of them
@group(1) @binding(3) var<storage, read> lengths: array<u32>;

// The sum of a rectangle of a plane whose lines have `width` elements, from corner `first` to before corner `end`.
fn sum_of(plane: u32, width: u32, first: vec2<u32>, end: vec2<u32>) -> f32 {
    var sum = 0.0;
    for (var line = first.x; line < end.x; line++) {
        for (var at = first.y; at < end.y; at++) {
            sum += from_values[plane + line * width + at];
        }
    }
    return sum;
}

// Elements per channel of `to`.
fn own_plane() -> u32 {
    return select(parameters.windows, parameters.plane, TRANSPOSED);
}

fn row_length() -> u32 {
    return parameters.channels * own_plane();
}

fn of_element(replica: u32, e: u32, to: u32) {
    let sizes = parameters;
    let other_plane = select(sizes.plane, sizes.windows, TRANSPOSED);
    // Rows and channels follow each other in both.
    let own = replica * sizes.capacity * sizes.channels;
    let plane = (own + e / own_plane()) * other_plane;
    let own_width = select(sizes.positions.y, sizes.input.y, TRANSPOSED);
    let other_width = select(sizes.input.y, sizes.positions.y, TRANSPOSED);
    let at = unfolded(e % own_plane(), own_width);
    let corner = at * sizes.stride;
    let first = select(corner, first_window(at), TRANSPOSED);
    var end = select(corner + sizes.kernel, end_window(at), TRANSPOSED);
    var taps = sizes.taps;
    if (HAS_LENGTHS) {
        taps = lengths[to / row_length()];
        // No window holds what lies behind the end of a row.
        let held = select(0u, end.y, at.y < taps);
        end.y = select(taps, held, TRANSPOSED);
    }
    let mean = sum_of(plane, other_width, first, end) / f32(taps);
    if (ADDS) {
        to_values[to] += mean;
    } else {
        to_values[to] = mean;
    }
}
