// dx[i, c, p] = w[c] · scale[c] · (delta[i, c, p] - db[c] / n - y · dw[c] / n), y = (x[i, c, p] - mean[c]) · scale[c], n =
// rows · positions, or the sum of the lengths; db and dw are left out with n = 1, whose statistics are running values.
// At a position that a row does not have dx is 0. Sizes as in `norm.wgsl`.

override HAS_LENGTHS: bool = false;

// (replica, weights), both
@group(1) @binding(2) var<storage, read> weights: array<f32>;
@group(1) @binding(3) var<storage, read> gradients: array<f32>;
// (replica, capacity, channels, positions), all three
@group(1) @binding(4) var<storage, read> delta: array<f32>;
@group(1) @binding(5) var<storage, read> x: array<f32>;
@group(1) @binding(6) var<storage, read_write> below: array<f32>;
// (replica, capacity): the positions that each row has
@group(1) @binding(7) var<storage, read> lengths: array<u32>;

// The values of a channel that there are.
fn count_of(replica: u32) -> f32 {
    var count = f32(step_of(replica).rows * parameters.positions);
    if (HAS_LENGTHS) {
        count = statistics[replica * parameters.statistics + 2u * parameters.channels];
    }
    return count;
}

// Whether a row has the position of the element at this index.
fn has_position(at: u32) -> bool {
    var has = true;
    if (HAS_LENGTHS) {
        has = at % parameters.positions < lengths[at / row_length()];
    }
    return has;
}

fn row_length() -> u32 {
    return parameters.channels * parameters.positions;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let channel = e % row_length() / parameters.positions;
    let own = replica * parameters.weights + channel;
    let moments = mean_and_scale(replica, 0u, channel, 0u);
    let count = count_of(replica);
    let share = select(0.0, 1.0 / count, count > 1.0);
    let db = gradients[own + parameters.bias] * share;
    let dw = gradients[own + parameters.weight] * share;
    let y = (x[at] - moments.x) * moments.y;
    var value = weights[own + parameters.weight] * moments.y * (delta[at] - db - y * dw);
    value = select(0.0, value, has_position(at));
    if (ADDS) {
        below[at] += value;
    } else {
        below[at] = value;
    }
}
