// z[i, u] += b[channel of u]: what a layer without an activation of its own does.

struct Parameters {
    capacity: u32,
    // Elements of a row: channels·positions. A dense layer's units are channels of one position.
    units: u32,
    positions: u32,
    // Where b begins in the weights of a replica, and how many weights a replica has.
    bias: u32,
    weights: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, units)
@group(1) @binding(2) var<storage, read_write> z: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let channel = e % parameters.units / parameters.positions;
    let bias = replica * parameters.weights + parameters.bias + channel;
    z[at] += weights[bias];
}
