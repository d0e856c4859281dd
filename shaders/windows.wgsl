// The sizes of operations on windows, and the indices of their elements. Prepended to these operations. Axes are
// (vertical, horizontal); a signal has a first axis of 1.

struct Parameters {
    capacity: u32,
    channels: u32,
    filters: u32,
    // Elements per window in one channel, per channel of the input, and per channel of the output.
    taps: u32,
    plane: u32,
    windows: u32,
    // Where W begins in the weights of a replica, and the number of weights per replica; 0 without W.
    weight: u32,
    weights: u32,
    // Of sums that are cut into parts: terms per part, and parts.
    part_terms: u32,
    parts: u32,
    // Per axis: elements of the input, elements of a window, distances from window to window and from tap to tap,
    // zeros before the first element, windows.
    input: vec2<u32>,
    kernel: vec2<u32>,
    stride: vec2<u32>,
    dilation: vec2<u32>,
    before: vec2<u32>,
    positions: vec2<u32>,
}

// Whether the first axis is 1: its divisions are left out.
override IS_SIGNAL: bool = false;
override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;

// No element: padding, or beyond the sizes.
const NOWHERE = 0xffffffffu;

// The index to fetch from: 0 for NOWHERE, whose value is fetched and not used.
fn fetched(at: u32) -> u32 {
    return select(at, 0u, at == NOWHERE);
}

// The line and the column of an index in a plane whose lines have `width` elements.
fn unfolded(index: u32, width: u32) -> vec2<u32> {
    var both = vec2<u32>(0u, index);
    if (!IS_SIGNAL) {
        both = vec2<u32>(index / width, index % width);
    }
    return both;
}

// The index of x[i, c, p·stride + j·dilation - before] in (replica, capacity, channels, plane); (c, j) = q,
// (i, p) = n.
fn index_in_x(replica: u32, q: u32, n: u32) -> u32 {
    let sizes = parameters;
    let c = q / sizes.taps;
    let i = n / sizes.windows;
    let tap = unfolded(q % sizes.taps, sizes.kernel.y);
    let window = unfolded(n % sizes.windows, sizes.positions.y);
    // Before the first element this wraps around to beyond the last one.
    let at = window * sizes.stride + tap * sizes.dilation - sizes.before;
    let inside = (i < step_of(replica).rows) & (c < sizes.channels) & all(at < sizes.input);
    let row = replica * sizes.capacity + i;
    let line = (row * sizes.channels + c) * sizes.input.x + at.x;
    return select(NOWHERE, line * sizes.input.y + at.y, inside);
}

// The index of z[i, o, p] in (replica, capacity, filters, windows); (i, p) = n.
fn index_in_z(replica: u32, o: u32, n: u32) -> u32 {
    let i = n / parameters.windows;
    let inside = (o < parameters.filters) & (i < step_of(replica).rows);
    let row = replica * parameters.capacity + i;
    let at = (row * parameters.filters + o) * parameters.windows + n % parameters.windows;
    return select(NOWHERE, at, inside);
}

// The first window that holds an element, without padding and dilation: window p holds the elements from p·stride to
// p·stride + kernel - 1.
fn first_window(at: vec2<u32>) -> vec2<u32> {
    let after = (at - parameters.kernel) / parameters.stride + 1u;
    return select(vec2<u32>(0u), after, at >= parameters.kernel);
}

// One more than the last window that holds an element.
fn end_window(at: vec2<u32>) -> vec2<u32> {
    return min(at / parameters.stride + 1u, parameters.positions);
}
