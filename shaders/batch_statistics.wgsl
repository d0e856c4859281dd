// mean[c] = Σi Σp x[i, c, p] / n and scale[c] = 1 / sqrt(variance + epsilon) over the positions that rows have, n = rows ·
// positions or the sum of the lengths: one workgroup per channel. In training a batch moves the running mean and variance;
// otherwise, and in a batch of n = 1, mean and scale are those of the running values.

struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    // Where the running mean and variance begin in the weights of a replica, and the number of weights per replica.
    mean: u32,
    variance: u32,
    weights: u32,
    // Elements per row of the statistics.
    statistics: u32,
    // The share of the running values that a step keeps, and of the batch's that it takes.
    kept: f32,
    taken: f32,
    epsilon: f32,
}

override IS_TRAINING: bool = true;
override HAS_LENGTHS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, channels, positions)
@group(1) @binding(1) var<storage, read> x: array<f32>;
// (replica, weights)
@group(1) @binding(2) var<storage, read_write> weights: array<f32>;
// (replica, 2, channels), with n behind the scales of a replica whose rows have lengths
@group(1) @binding(3) var<storage, read_write> statistics: array<f32>;
// (replica, capacity): the positions that each row has
@group(1) @binding(4) var<storage, read> lengths: array<u32>;

const THREADS = 64u;
alias Summed = f32;

// A value; at a position that its row does not have, another.
fn value_at(replica: u32, channel: u32, e: u32, otherwise: f32) -> f32 {
    let row = replica * parameters.capacity + e / parameters.positions;
    let first = (row * parameters.channels + channel) * parameters.positions;
    let position = e % parameters.positions;
    var value = x[first + position];
    if (HAS_LENGTHS) {
        value = select(otherwise, value, position < lengths[row]);
    }
    return value;
}

// The values of a channel that there are.
fn count_of(replica: u32) -> u32 {
    let rows = step_of(replica).rows;
    var count = rows * parameters.positions;
    if (HAS_LENGTHS) {
        count = 0u;
        for (var i = 0u; i < rows; i++) {
            count += lengths[replica * parameters.capacity + i];
        }
    }
    return count;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    // The grid has two dimensions if one is too short.
    let channel = workgroup.y * workgroups.x + workgroup.x;
    let is_channel = channel < parameters.channels;
    let count = count_of(replica);
    let elements = step_of(replica).rows * parameters.positions;
    let is_of_batch = IS_TRAINING & (count > 1u);
    let terms = select(0u, elements, is_of_batch & is_channel);
    var sum = 0.0;
    for (var e = local; e < terms; e += 64u) {
        sum += value_at(replica, channel, e, 0.0);
    }
    var mean = reduce(local, sum) / f32(count);
    var squares = 0.0;
    for (var e = local; e < terms; e += 64u) {
        let distance = value_at(replica, channel, e, mean) - mean;
        squares += distance * distance;
    }
    var variance = reduce(local, squares) / f32(count);
    if ((local == 0u) & is_channel & (count > 0u)) {
        let own = replica * parameters.weights + channel;
        if (is_of_batch) {
            let unbiased = variance * (f32(count) / f32(count - 1u));
            let kept = parameters.kept;
            let taken = parameters.taken;
            weights[own + parameters.mean] = kept * weights[own + parameters.mean] + taken * mean;
            weights[own + parameters.variance] =
                kept * weights[own + parameters.variance] + taken * unbiased;
        } else {
            mean = weights[own + parameters.mean];
            variance = weights[own + parameters.variance];
        }
        let row = replica * parameters.statistics;
        let first = row + channel;
        statistics[first] = mean;
        statistics[first + parameters.channels] = 1.0 / sqrt(variance + parameters.epsilon);
        if (HAS_LENGTHS & (channel == 0u)) {
            statistics[row + 2u * parameters.channels] = f32(count);
        }
    }
}
