// to[i, u] = from[i, u] / (1 - rate) where a random word (`random.wgsl`) keeps element u of row i, else 0: forward, and
// the gradient backward. The word is that of the seed, the epoch, the stream of the layer, the row in its epoch and u.

struct Parameters {
    capacity: u32,
    // Elements per row.
    units: u32,
    stream: u32,
    // The least word that keeps an element: rate · 2^32.
    least_kept: u32,
    // 1 / (1 - rate)
    scale: f32,
}

override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units), both
@group(1) @binding(1) var<storage, read> from_values: array<f32>;
@group(1) @binding(2) var<storage, read_write> to_values: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let step = step_of(replica);
    let index = step.first + e / parameters.units;
    let row = random_row(step.seed_low, step.seed_high, step.epoch, parameters.stream, index);
    let is_kept = random_word(row, e % parameters.units) >= parameters.least_kept;
    let value = select(0.0, from_values[at] * parameters.scale, is_kept);
    if (ADDS) {
        to_values[at] += value;
    } else {
        to_values[at] = value;
    }
}
