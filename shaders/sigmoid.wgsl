// a[i] = 1 / (1 + e^-z[i])

struct Parameters {
    capacity: u32,
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, outputs), both
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read_write> a: array<f32>;

fn row_length() -> u32 {
    return parameters.outputs;
}

fn of_element(replica: u32, e: u32, at: u32) {
    a[at] = sigmoid(z[at]);
}
