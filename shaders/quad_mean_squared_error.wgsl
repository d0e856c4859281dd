// loss = Σ_k (ŷ[k] - y[k])² / outputs, delta = 2 (ŷ - y) / outputs · weight: `mean_squared_error.wgsl` on
// quads, a thread an output and quad. Scaling by the batch's weights is left to whoever sums over the batch.

const SHARE = 1.0 / f32(OUTPUTS);

// ŷ[k] - y[k] of each row.
fn errors(quad: u32, k: u32, rows: vec4<u32>) -> vec4<f32> {
    let at = rows * OUTPUTS + k;
    let y = bitcast<vec4<f32>>(vec4<u32>(truth[at.x], truth[at.y], truth[at.z], truth[at.w]));
    return memory[quad + SCORES + k] - y;
}

fn loss(local: u32, first: u32, rows: u32, quads: u32, counts: u32) {
    for (var at = local; at < quads * OUTPUTS; at += THREADS) {
        let row = at / OUTPUTS * 4u;
        let quad = at / OUTPUTS * COLUMNS;
        let k = at % OUTPUTS;
        let from_ = places(first, row, rows);
        let used = in_use(row, rows);
        let weights_ = weights_of_rows(from_, used);
        let error = errors(quad, k, from_);
        let delta = error * (2.0 * SHARE * weights_);
        // A row that weighs nothing pulls at nothing, whatever its error.
        settle_scores(quad, k, select(vec4<f32>(0.0), delta, weights_ > vec4<f32>(0.0)));
        let seen = select(vec4<f32>(0.0), error, used);
        memory[quad + STATS + 2u + k] = seen * seen;
        memory[quad + STATS + 2u + OUTPUTS + k] = abs(seen);
        if (k == 0u) {
            var sum = vec4<f32>(0.0);
            for (var i = 0u; i < OUTPUTS; i++) {
                let error_i = errors(quad, i, from_);
                sum += error_i * error_i;
            }
            let losses = sum * SHARE;
            let weighted = select(vec4<f32>(0.0), weights_ * losses, weights_ > vec4<f32>(0.0));
            memory[quad + STATS] = weighted;
            memory[quad + STATS + 1u] = weights_;
        }
    }
}
