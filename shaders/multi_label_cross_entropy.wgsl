// loss = Σ_k (softplus(z[k]) - y[k]·z[k]) / outputs, delta = (sigmoid(z) - y) / outputs · weight · scale,
// a thread a row.

struct Parameters {
    capacity: u32,
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, outputs), both; truth as bits of f32, 0 or 1
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read> truth: array<u32>;
// (replica, capacity)
@group(1) @binding(3) var<storage, read> weights: array<f32>;
// (replica, capacity)
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;
// (replica, capacity, outputs)
@group(1) @binding(5) var<storage, read_write> delta: array<f32>;

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let weight = weights[row];
    let share = 1.0 / f32(parameters.outputs);
    let scale = share * (weight * step.scale);
    var sum = 0.0;
    for (var k = 0u; k < parameters.outputs; k++) {
        let at = row * parameters.outputs + k;
        let logit = z[at];
        let y = bitcast<f32>(truth[at]);
        sum += softplus(logit) - y * logit;
        // A row that weighs nothing pulls at nothing, whatever its delta.
        delta[at] = select(0.0, (sigmoid(logit) - y) * scale, weight > 0.0);
    }
    losses[row] = sum * share;
}
