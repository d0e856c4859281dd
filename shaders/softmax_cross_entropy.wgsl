// loss = ln Σ_j e^(z[j]) - z[true], delta = (softmax(z) - y) · weight · scale, a thread a row.

struct Parameters {
    capacity: u32,
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, classes)
@group(1) @binding(1) var<storage, read> z: array<f32>;
// (replica, capacity), both
@group(1) @binding(2) var<storage, read> truth: array<u32>;
@group(1) @binding(3) var<storage, read> weights: array<f32>;
// (replica, capacity)
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;
// (replica, capacity, classes)
@group(1) @binding(5) var<storage, read_write> delta: array<f32>;

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let own = row * parameters.outputs;
    var maximum = z[own];
    for (var j = 1u; j < parameters.outputs; j++) {
        maximum = max(maximum, z[own + j]);
    }
    var sum = 0.0;
    for (var j = 0u; j < parameters.outputs; j++) {
        let e = exponential(z[own + j] - maximum);
        delta[own + j] = e;
        sum += e;
    }
    let class_ = truth[row];
    losses[row] = logarithm(sum) + (maximum - z[own + class_]);
    let weight = weights[row];
    let scale = weight * step.scale;
    for (var j = 0u; j < parameters.outputs; j++) {
        let y = select(0.0, 1.0, j == class_);
        // A row that weighs nothing pulls at nothing, whatever its delta.
        delta[own + j] = select(0.0, (delta[own + j] / sum - y) * scale, weight > 0.0);
    }
}
