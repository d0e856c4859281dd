// dx[i, c, p] = w[c] · scale[c] · (delta[i, c, p] - db[c] / n - y · dw[c] / n), y = (x[i, c, p] - mean[c]) · scale[c], n =
// rows · positions; db and dw are left out with n = 1, whose statistics are running values. Sizes as in `norm.wgsl`.

// (replica, weights), both
@group(1) @binding(2) var<storage, read> weights: array<f32>;
@group(1) @binding(3) var<storage, read> gradients: array<f32>;
// (replica, capacity, channels, positions), all three
@group(1) @binding(4) var<storage, read> delta: array<f32>;
@group(1) @binding(5) var<storage, read> x: array<f32>;
@group(1) @binding(6) var<storage, read_write> below: array<f32>;

fn row_length() -> u32 {
    return parameters.channels * parameters.positions;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let channel = e % row_length() / parameters.positions;
    let own = replica * parameters.weights + channel;
    let moments = mean_and_scale(replica, 0u, channel, 0u);
    let count = step_of(replica).rows * parameters.positions;
    let share = select(0.0, 1.0 / f32(count), count > 1u);
    let db = gradients[own + parameters.bias] * share;
    let dw = gradients[own + parameters.weight] * share;
    let y = (x[at] - moments.x) * moments.y;
    let value = weights[own + parameters.weight] * moments.y * (delta[at] - db - y * dw);
    if (ADDS) {
        below[at] += value;
    } else {
        below[at] = value;
    }
}
