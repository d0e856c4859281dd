// loss = softplus(z) - y·z, delta = (sigmoid(z) - y) · weight · scale, a thread a row.

struct Parameters {
    capacity: u32,
    // 1
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity), all three
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read> truth: array<u32>;
@group(1) @binding(3) var<storage, read> weights: array<f32>;
// (replica, capacity), both
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;
@group(1) @binding(5) var<storage, read_write> delta: array<f32>;

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let logit = z[row];
    let y = select(0.0, 1.0, truth[row] == 1u);
    losses[row] = softplus(logit) - y * logit;
    let weight = weights[row];
    // A row that weighs nothing pulls at nothing, whatever its delta.
    delta[row] = select(0.0, (sigmoid(logit) - y) * (weight * step.scale), weight > 0.0);
}
