// loss = Σ_k l(ŷ[k] - y[k]) / outputs, delta = l'(ŷ - y) / outputs · weight · scale, a thread a row. `loss_of`,
// which gives l and l', is generated from the loss's expression and prepended.

struct Parameters {
    capacity: u32,
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, outputs), both; truth as bits of f32
@group(1) @binding(1) var<storage, read> output: array<f32>;
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
        let result = loss_of(output[at] - bitcast<f32>(truth[at]));
        sum += result.x;
        // A row that weighs nothing pulls at nothing, whatever its error.
        delta[at] = select(0.0, result.y * scale, weight > 0.0);
    }
    losses[row] = sum * share;
}
