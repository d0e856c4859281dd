// z[i, u] += b[channel of u]: the bias of a layer that has no activation of its own.

struct Parameters {
    capacity: u32,
    // Elements per row: channels·positions. A dense layer's units are channels of one position.
    units: u32,
    positions: u32,
    // Where b begins in the weights of a replica, and the number of weights per replica.
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
