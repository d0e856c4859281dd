// lengths[i] = x[i, channels · samples]; sequence[i, c, t] = x[i, c · samples + t] where t < lengths[i], else 0

struct Parameters {
    capacity: u32,
    // Elements per row of the sequence, and per channel.
    row: u32,
    samples: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, row + 1): the length of a row is its last number
@group(1) @binding(1) var<storage, read> x: array<f32>;
// (replica, capacity, channels, samples)
@group(1) @binding(2) var<storage, read_write> sequence: array<f32>;
// (replica, capacity)
@group(1) @binding(3) var<storage, read_write> lengths: array<u32>;

fn row_length() -> u32 {
    return parameters.row;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let own = e % parameters.row;
    let row = at / parameters.row;
    // A row of x has one number more.
    let first = row * (parameters.row + 1u);
    let length = min(u32(x[first + parameters.row]), parameters.samples);
    sequence[at] = select(0.0, x[first + own], own % parameters.samples < length);
    if (own == 0u) {
        lengths[row] = length;
    }
}
