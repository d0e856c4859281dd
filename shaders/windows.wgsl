// What operations that slide windows share: their sizes, and where elements lie. Prepended to them. Axes are
// (vertical, horizontal); a signal has a first axis of 1.

struct Parameters {
    capacity: u32,
    channels: u32,
    filters: u32,
    // Elements of a window in one channel, of a channel of the input, and of one of the output.
    taps: u32,
    plane: u32,
    windows: u32,
    // Where W begins in the weights of a replica, and how many weights a replica has; 0 without W.
    weight: u32,
    weights: u32,
    // Of each axis: elements of the input, elements that a window sees, elements from window to window and
    // from tap to tap, zeros before the first element, windows.
    input: vec2<u32>,
    kernel: vec2<u32>,
    stride: vec2<u32>,
    dilation: vec2<u32>,
    before: vec2<u32>,
    positions: vec2<u32>,
}

// Whether the first axis is 1: then its divisions are left out.
override IS_SIGNAL: bool = false;
override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;

// No element: padding, or beyond the sizes.
const NOWHERE = 0xffffffffu;

// The index that stands in for it where an element is fetched all the same, and not used.
fn fetched(at: u32) -> u32 {
    return select(at, 0u, at == NOWHERE);
}

// The two indices of one in a plane of lines of `width`.
fn unfolded(index: u32, width: u32) -> vec2<u32> {
    var both = vec2<u32>(0u, index);
    if (!IS_SIGNAL) {
        both = vec2<u32>(index / width, index % width);
    }
    return both;
}

// Where x[i, c, p·stride + j·dilation - before] lies in (replica, capacity, channels, plane); (c, j) = q,
// (i, p) = n.
fn place_in_x(replica: u32, q: u32, n: u32) -> u32 {
    let sizes = parameters;
    let c = q / sizes.taps;
    let i = n / sizes.windows;
    let tap = unfolded(q % sizes.taps, sizes.kernel.y);
    let window = unfolded(n % sizes.windows, sizes.positions.y);
    // Before the first element this wraps around and is beyond the last one.
    let at = window * sizes.stride + tap * sizes.dilation - sizes.before;
    let inside = (i < step_of(replica).rows) & (c < sizes.channels) & all(at < sizes.input);
    let row = replica * sizes.capacity + i;
    let line = (row * sizes.channels + c) * sizes.input.x + at.x;
    return select(NOWHERE, line * sizes.input.y + at.y, inside);
}

// Where z[i, o, p] lies in (replica, capacity, filters, windows); (i, p) = n.
fn place_in_z(replica: u32, o: u32, n: u32) -> u32 {
    let i = n / parameters.windows;
    let inside = (o < parameters.filters) & (i < step_of(replica).rows);
    let row = replica * parameters.capacity + i;
    let at = (row * parameters.filters + o) * parameters.windows + n % parameters.windows;
    return select(NOWHERE, at, inside);
}

// The first window that holds an element, without padding and dilation: window p holds those from p·stride to
// p·stride + kernel - 1.
fn first_window(at: vec2<u32>) -> vec2<u32> {
    let after = (at - parameters.kernel) / parameters.stride + 1u;
    return select(vec2<u32>(0u), after, at >= parameters.kernel);
}

// One more than the last window that holds an element.
fn end_window(at: vec2<u32>) -> vec2<u32> {
    return min(at / parameters.stride + 1u, parameters.positions);
}
