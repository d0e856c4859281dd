// z[i, c, p] = (x[i, c, p] - mean) · scale · w[c]. Statistics and sizes as in `norm.wgsl`.

// (replica, weights)
@group(1) @binding(2) var<storage, read> weights: array<f32>;
// (replica, capacity, channels, positions), both
@group(1) @binding(3) var<storage, read> x: array<f32>;
@group(1) @binding(4) var<storage, read_write> z: array<f32>;

fn row_length() -> u32 {
    return parameters.channels * parameters.positions;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let channel = e % row_length() / parameters.positions;
    let moments = mean_and_scale(replica, e / row_length(), channel, e % parameters.positions);
    let weight = weights[replica * parameters.weights + parameters.weight + channel];
    z[at] = (x[at] - moments.x) * moments.y * weight;
}
