// loss = ln Σ_j e^(z[j]) - z[true], delta = (softmax(z) - y) · weight: `softmax_cross_entropy.wgsl` on quads,
// one thread per class and quad. The sum over the batch scales it.

// The largest logit of each row.
fn largest(quad: u32) -> vec4<f32> {
    var largest = memory[quad + LOGITS];
    for (var j = 1u; j < OUTPUTS; j++) {
        largest = max(largest, memory[quad + LOGITS + j]);
    }
    return largest;
}

// The class of the largest logit, the first on a tie.
fn predicted(quad: u32) -> vec4<u32> {
    var best = vec4<u32>(0u);
    var most = memory[quad + LOGITS];
    for (var j = 1u; j < OUTPUTS; j++) {
        let z = memory[quad + LOGITS + j];
        best = select(best, vec4<u32>(j), z > most);
        most = max(most, z);
    }
    return best;
}

// The logit of one class of each row.
fn logit_of(quad: u32, class_: vec4<u32>) -> vec4<f32> {
    let at = vec4<u32>(quad + LOGITS) + class_;
    return vec4<f32>(memory[at.x].x, memory[at.y].y, memory[at.z].z, memory[at.w].w);
}

fn loss(local: u32, first: u32, rows: u32, quads: u32, counts: u32) {
    for (var at = local; at < quads * OUTPUTS; at += THREADS) {
        let quad = at / OUTPUTS * COLUMNS;
        let j = at % OUTPUTS;
        let e = memory[quad + LOGITS + j] - largest(quad);
        memory[quad + EXPONENTIALS + j] =
            vec4<f32>(exponential(e.x), exponential(e.y), exponential(e.z), exponential(e.w));
    }
    workgroupBarrier();
    for (var at = local; at < quads * OUTPUTS; at += THREADS) {
        let row = at / OUTPUTS * 4u;
        let quad = at / OUTPUTS * COLUMNS;
        let j = at % OUTPUTS;
        var sum = vec4<f32>(0.0);
        for (var i = 0u; i < OUTPUTS; i++) {
            sum += memory[quad + EXPONENTIALS + i];
        }
        let from_ = indices(first, row, rows);
        let class_ = vec4<u32>(truth[from_.x], truth[from_.y], truth[from_.z], truth[from_.w]);
        let used = in_use(row, rows);
        let weights_ = weights_of_rows(from_, used);
        let y = select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<u32>(j) == class_);
        let delta = (memory[quad + EXPONENTIALS + j] / sum - y) * weights_;
        // A row of weight 0 has a delta of 0, even if its probability is NaN.
        settle_logits(quad, j, select(vec4<f32>(0.0), delta, weights_ > vec4<f32>(0.0)));
        if (j == 0u) {
            let ln = vec4<f32>(logarithm(sum.x), logarithm(sum.y), logarithm(sum.z), logarithm(sum.w));
            let losses = ln + (largest(quad) - logit_of(quad, class_));
            let weighted = select(vec4<f32>(0.0), weights_ * losses, weights_ > vec4<f32>(0.0));
            memory[quad + STATS] = weighted;
            memory[quad + STATS + 1u] = weights_;
            count(counts, class_ * OUTPUTS + predicted(quad), used);
        }
    }
}
