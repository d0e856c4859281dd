// mean[i, p] = Σc x[i, c, p] / channels and scale[i, p] = 1 / sqrt(variance + epsilon), over the channels c of position p
// of row i: one thread per position.

struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    epsilon: f32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, channels, positions)
@group(1) @binding(1) var<storage, read> x: array<f32>;
// (replica, capacity, 2, positions)
@group(1) @binding(2) var<storage, read_write> statistics: array<f32>;

fn row_length() -> u32 {
    return parameters.positions;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let sizes = parameters;
    let row = at / sizes.positions;
    let position = at % sizes.positions;
    let first = row * sizes.channels * sizes.positions + position;
    var sum = 0.0;
    for (var c = 0u; c < sizes.channels; c++) {
        sum += x[first + c * sizes.positions];
    }
    let mean = sum / f32(sizes.channels);
    var squares = 0.0;
    for (var c = 0u; c < sizes.channels; c++) {
        let distance = x[first + c * sizes.positions] - mean;
        squares += distance * distance;
    }
    let own = row * 2u * sizes.positions + position;
    statistics[own] = mean;
    statistics[own + sizes.positions] = 1.0 / sqrt(squares / f32(sizes.channels) + sizes.epsilon);
}
