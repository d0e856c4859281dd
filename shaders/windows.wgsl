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

// An index of (channels, taps), of (rows, windows), or of (rows, plane): the channel or row, and the line and column.
struct Place {
    outer: u32,
    at: vec2<u32>,
}

// The place of an index among planes of `plane` elements, whose lines have `width`. Its divisions are dear: a thread
// takes them once for four neighbours.
fn place_of(index: u32, plane: u32, width: u32) -> Place {
    return Place(index / plane, unfolded(index % plane, width));
}

// The place after another, in planes of `sizes`.
fn place_after(place: Place, sizes: vec2<u32>) -> Place {
    let column = place.at.y + 1u;
    let ends_line = column == sizes.y;
    let line = place.at.x + select(0u, 1u, ends_line);
    let ends_plane = line == sizes.x;
    let at = vec2<u32>(select(line, 0u, ends_plane), select(column, 0u, ends_line));
    return Place(place.outer + select(0u, 1u, ends_plane), at);
}

// (c, j) of q
fn tap_of(q: u32) -> Place {
    return place_of(q, parameters.taps, parameters.kernel.y);
}

// (i, p) of n
fn window_of(n: u32) -> Place {
    return place_of(n, parameters.windows, parameters.positions.y);
}

// The index of x[i, c, p·stride + j·dilation - before] in (replica, capacity, channels, plane).
fn index_in_x(replica: u32, tap: Place, window: Place) -> u32 {
    let sizes = parameters;
    // Before the first element this wraps around to beyond the last one.
    let at = window.at * sizes.stride + tap.at * sizes.dilation - sizes.before;
    let inside = (window.outer < step_of(replica).rows) & (tap.outer < sizes.channels) & all(at < sizes.input);
    let row = replica * sizes.capacity + window.outer;
    let line = (row * sizes.channels + tap.outer) * sizes.input.x + at.x;
    return select(NOWHERE, line * sizes.input.y + at.y, inside);
}

// The index of z[i, o, p] in (replica, capacity, filters, windows).
fn index_in_z(replica: u32, o: u32, window: Place) -> u32 {
    let inside = (o < parameters.filters) & (window.outer < step_of(replica).rows);
    let row = replica * parameters.capacity + window.outer;
    let plane = (row * parameters.filters + o) * parameters.windows;
    return select(NOWHERE, plane + window.at.x * parameters.positions.y + window.at.y, inside);
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
