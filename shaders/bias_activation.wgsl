// z[i, u] += b[channel of u], a = f(z), slope = f'(z) in one pass. `activation`, which gives f and f' from z and
// the parameter of f, is generated from the layer's expression and prepended.

struct Parameters {
    capacity: u32,
    // Elements per row: channels·positions. A dense layer's units are channels of one position.
    units: u32,
    positions: u32,
    bias: u32,
    weights: u32,
    // The index of the parameter of f in the weights of a replica; any index if f has none.
    parameter: u32,
}

// Whether the slope is stored: false in inference.
override KEEPS_SLOPE: bool = true;
// Whether the layer has a bias; without one z is not written.
override HAS_BIAS: bool = true;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, units), all three
@group(1) @binding(2) var<storage, read_write> z: array<f32>;
@group(1) @binding(3) var<storage, read_write> a: array<f32>;
@group(1) @binding(4) var<storage, read_write> slope: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let channel = e % parameters.units / parameters.positions;
    let own = replica * parameters.weights;
    var biased = z[at];
    if (HAS_BIAS) {
        biased += weights[own + parameters.bias + channel];
        z[at] = biased;
    }
    let result = activation(biased, weights[own + parameters.parameter]);
    a[at] = result.x;
    if (KEEPS_SLOPE) {
        slope[at] = result.y;
    }
}
