// loss = Σ_k l(ŷ[k] - y[k]) / outputs, delta = l'(ŷ - y) / outputs · weight: `value_loss.wgsl` on quads, one
// thread per output and quad. The sum over the batch scales it. `loss_of`,
// which gives l and l', is generated from the loss's expression and prepended.

const SHARE = 1.0 / f32(OUTPUTS);

struct Losses {
    loss: vec4<f32>,
    slope: vec4<f32>,
}

// ŷ[k] - y[k] of each row.
fn errors(quad: u32, k: u32, rows: vec4<u32>) -> vec4<f32> {
    let at = rows * OUTPUTS + k;
    let y = bitcast<vec4<f32>>(vec4<u32>(truth[at.x], truth[at.y], truth[at.z], truth[at.w]));
    return memory[quad + LOGITS + k] - y;
}

// l and l' of each row's error.
fn losses_of(e: vec4<f32>) -> Losses {
    let x_ = loss_of(e.x);
    let y_ = loss_of(e.y);
    let z_ = loss_of(e.z);
    let w_ = loss_of(e.w);
    return Losses(vec4<f32>(x_.x, y_.x, z_.x, w_.x), vec4<f32>(x_.y, y_.y, z_.y, w_.y));
}

fn loss(local: u32, first: u32, rows: u32, quads: u32, counts: u32) {
    for (var at = local; at < quads * OUTPUTS; at += THREADS) {
        let row = at / OUTPUTS * 4u;
        let quad = at / OUTPUTS * COLUMNS;
        let k = at % OUTPUTS;
        let from_ = indices(first, row, rows);
        let used = in_use(row, rows);
        let weights_ = weights_of_rows(from_, used);
        let error = errors(quad, k, from_);
        let delta = losses_of(error).slope * (SHARE * weights_);
        // A row of weight 0 has a delta of 0, even if its error is NaN.
        settle_logits(quad, k, select(vec4<f32>(0.0), delta, weights_ > vec4<f32>(0.0)));
        let seen = select(vec4<f32>(0.0), error, used);
        memory[quad + STATS + 2u + k] = seen * seen;
        memory[quad + STATS + 2u + OUTPUTS + k] = abs(seen);
        if (k == 0u) {
            var sum = vec4<f32>(0.0);
            for (var i = 0u; i < OUTPUTS; i++) {
                sum += losses_of(errors(quad, i, from_)).loss;
            }
            let losses = sum * SHARE;
            let weighted = select(vec4<f32>(0.0), weights_ * losses, weights_ > vec4<f32>(0.0));
            memory[quad + STATS] = weighted;
            memory[quad + STATS + 1u] = weights_;
        }
    }
}
