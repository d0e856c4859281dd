// dx[i, c, s] = Σ W[o, c, j] · delta[i, o, p] over the o, j, p with p·stride + j·dilation - before = s: the
// full convolution of delta with the reversed kernel.
// A product (`product.wgsl`, sizes of `windows.wgsl`) of the transpose of W, (channels, filters·taps), and a matrix of
// (filters·taps, rows·plane), which is not stored: its elements are fetched from delta when they are needed.

// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, filters, windows)
@group(1) @binding(2) var<storage, read> delta: array<f32>;
// (replica, capacity, channels, plane)
@group(1) @binding(3) var<storage, read_write> below: array<f32>;

// Neighbouring terms of W, but for the filters, and neighbouring windows of delta lie side by side.
const LEFT_TRANSPOSED = false;
const RIGHT_TRANSPOSED = false;

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let columns = step_of(workgroup.z).rows * parameters.plane;
    return select(0u, parameters.filters * parameters.taps, workgroup.x * TILE_COLUMNS < columns);
}

// W[o, c, j]
fn weight_at(replica: u32, o: u32, c: u32, j: u32) -> f32 {
    let inside = (c < parameters.channels) & (o < parameters.filters);
    let at = (o * parameters.channels + c) * parameters.taps + j;
    let first = replica * parameters.weights + parameters.weight;
    return select(0.0, weights[first + select(0u, at, inside)], inside);
}

// (o, j) = q
fn left_four(replica: u32, c: u32, q: u32) -> vec4<f32> {
    let o = q / parameters.taps;
    let j = q % parameters.taps;
    return vec4<f32>(
        weight_at(replica, o, c, j),
        weight_at(replica, o, c + 1u, j),
        weight_at(replica, o, c + 2u, j),
        weight_at(replica, o, c + 3u, j),
    );
}

// The window that begins at `start`; 0 on the first axis of a signal.
fn window_from(start: vec2<u32>) -> vec2<u32> {
    var window = vec2<u32>(0u, start.y / parameters.stride.y);
    if (!IS_SIGNAL) {
        window.x = start.x / parameters.stride.x;
    }
    return window;
}

// delta[i, o, p], p·stride = s + before - j·dilation; 0 where there is no such p.
fn delta_at(replica: u32, tap: Place, element: Place) -> f32 {
    let sizes = parameters;
    // Before the first window this wraps around to beyond the last one: positions·stride is far below 2^31.
    let start = element.at + sizes.before - tap.at * sizes.dilation;
    let window = window_from(start);
    let is_one = all(window < sizes.positions) & all(window * sizes.stride == start);
    let inside = (element.outer < step_of(replica).rows) & (tap.outer < sizes.filters) & is_one;
    let row = replica * sizes.capacity + element.outer;
    let line = (row * sizes.filters + tap.outer) * sizes.positions.x + window.x;
    let index = line * sizes.positions.y + window.y;
    return select(0.0, delta[select(0u, index, inside)], inside);
}

// (i, s) of n
fn element_of(n: u32) -> Place {
    return place_of(n, parameters.plane, parameters.input.y);
}

// (o, j) = q, (i, s) = n, ..., n + 3
fn right_four(replica: u32, q: u32, n: u32) -> vec4<f32> {
    let tap = tap_of(q);
    let first = element_of(n);
    let second = place_after(first, parameters.input);
    let third = place_after(second, parameters.input);
    let fourth = place_after(third, parameters.input);
    return vec4<f32>(
        delta_at(replica, tap, first),
        delta_at(replica, tap, second),
        delta_at(replica, tap, third),
        delta_at(replica, tap, fourth),
    );
}

fn store(replica: u32, c: u32, element: Place, sum: f32) {
    if ((c < parameters.channels) & (element.outer < step_of(replica).rows)) {
        let row = replica * parameters.capacity + element.outer;
        let plane = (row * parameters.channels + c) * parameters.plane;
        let at = plane + element.at.x * parameters.input.y + element.at.y;
        if (ADDS) {
            below[at] += sum;
        } else {
            below[at] = sum;
        }
    }
}

fn store_four(replica: u32, c: u32, n: u32, sums: vec4<f32>) {
    let first = element_of(n);
    let second = place_after(first, parameters.input);
    let third = place_after(second, parameters.input);
    store(replica, c, first, sums.x);
    store(replica, c, second, sums.y);
    store(replica, c, third, sums.z);
    store(replica, c, place_after(third, parameters.input), sums.w);
}
