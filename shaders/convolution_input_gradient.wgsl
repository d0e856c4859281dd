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

fn terms_of(workgroup: vec3<u32>) -> u32 {
    let columns = step_of(workgroup.z).rows * parameters.plane;
    return select(0u, parameters.filters * parameters.taps, workgroup.x * TILE_COLUMNS < columns);
}

// W[o, c, j], (o, j) = q
fn left_at(replica: u32, c: u32, q: u32) -> f32 {
    let o = q / parameters.taps;
    let inside = (c < parameters.channels) & (o < parameters.filters);
    let at = (o * parameters.channels + c) * parameters.taps + q % parameters.taps;
    let first = replica * parameters.weights + parameters.weight;
    return select(0.0, weights[first + select(0u, at, inside)], inside);
}

// The window that begins at `start`; 0 on the first axis of a signal.
fn window_of(start: vec2<u32>) -> vec2<u32> {
    var window = vec2<u32>(0u, start.y / parameters.stride.y);
    if (!IS_SIGNAL) {
        window.x = start.x / parameters.stride.x;
    }
    return window;
}

// delta[i, o, p], p·stride = s + before - j·dilation, (o, j) = q, (i, s) = n; 0 where there is no such p.
fn right_at(replica: u32, q: u32, n: u32) -> f32 {
    let sizes = parameters;
    let o = q / sizes.taps;
    let i = n / sizes.plane;
    let tap = unfolded(q % sizes.taps, sizes.kernel.y);
    let at = unfolded(n % sizes.plane, sizes.input.y);
    // Before the first window this wraps around to beyond the last one: positions·stride is far below 2^31.
    let start = at + sizes.before - tap * sizes.dilation;
    let window = window_of(start);
    let is_one = all(window < sizes.positions) & all(window * sizes.stride == start);
    let inside = (i < step_of(replica).rows) & (o < sizes.filters) & is_one;
    let row = replica * sizes.capacity + i;
    let line = (row * sizes.filters + o) * sizes.positions.x + window.x;
    let index = line * sizes.positions.y + window.y;
    return select(0.0, delta[select(0u, index, inside)], inside);
}

fn store(replica: u32, c: u32, n: u32, sum: f32) {
    let i = n / parameters.plane;
    if ((c < parameters.channels) & (i < step_of(replica).rows)) {
        let row = replica * parameters.capacity + i;
        let at = (row * parameters.channels + c) * parameters.plane + n % parameters.plane;
        if (ADDS) {
            below[at] += sum;
        } else {
            below[at] = sum;
        }
    }
}
