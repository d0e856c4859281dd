// dx[i, c, p] = scale · (g - Σ g / channels - y · Σ g · y / channels), g = w[c] · delta[i, c, p], y = (x[i, c, p] - mean) ·
// scale, over the channels of position p of row i: one thread per position. Sizes as in `norm.wgsl`.

// (replica, weights)
@group(1) @binding(2) var<storage, read> weights: array<f32>;
// (replica, capacity, channels, positions), all three
@group(1) @binding(3) var<storage, read> delta: array<f32>;
@group(1) @binding(4) var<storage, read> x: array<f32>;
@group(1) @binding(5) var<storage, read_write> below: array<f32>;

fn row_length() -> u32 {
    return parameters.positions;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let sizes = parameters;
    let own = replica * sizes.weights + sizes.weight;
    let position = at % sizes.positions;
    let first = at / sizes.positions * sizes.channels * sizes.positions + position;
    let moments = mean_and_scale(replica, e / sizes.positions, 0u, position);
    var sum = 0.0;
    var product = 0.0;
    for (var c = 0u; c < sizes.channels; c++) {
        let g = weights[own + c] * delta[first + c * sizes.positions];
        sum += g;
        product += g * ((x[first + c * sizes.positions] - moments.x) * moments.y);
    }
    let share = 1.0 / f32(sizes.channels);
    for (var c = 0u; c < sizes.channels; c++) {
        let element = first + c * sizes.positions;
        let y = (x[element] - moments.x) * moments.y;
        let g = weights[own + c] * delta[element];
        let value = moments.y * (g - sum * share - y * product * share);
        if (ADDS) {
            below[element] += value;
        } else {
            below[element] = value;
        }
    }
}
