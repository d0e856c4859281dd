// loss = softplus(z) - y·z, delta = (sigmoid(z) - y) · weight: `binary_cross_entropy.wgsl` on quads, one
// thread per quad. The sum over the batch scales it.

fn loss(local: u32, first: u32, rows: u32, quads: u32, counts: u32) {
    for (var quad = local; quad < quads; quad += THREADS) {
        let own = quad * COLUMNS;
        let z = memory[own + LOGITS];
        let from_ = indices(first, 4u * quad, rows);
        let class_ = vec4<u32>(truth[from_.x], truth[from_.y], truth[from_.z], truth[from_.w]);
        let used = in_use(4u * quad, rows);
        let weights_ = weights_of_rows(from_, used);
        let y = select(vec4<f32>(0.0), vec4<f32>(1.0), class_ == vec4<u32>(1u));
        let p = vec4<f32>(sigmoid(z.x), sigmoid(z.y), sigmoid(z.z), sigmoid(z.w));
        // A row of weight 0 has a delta of 0, even if its probability is NaN.
        settle_logits(own, 0u, select(vec4<f32>(0.0), (p - y) * weights_, weights_ > vec4<f32>(0.0)));
        let losses = vec4<f32>(softplus(z.x), softplus(z.y), softplus(z.z), softplus(z.w)) - y * z;
        memory[own + STATS] = select(vec4<f32>(0.0), weights_ * losses, weights_ > vec4<f32>(0.0));
        memory[own + STATS + 1u] = weights_;
        let predicted = select(vec4<u32>(0u), vec4<u32>(1u), z > vec4<f32>(0.0));
        count(counts, class_ * 2u + predicted, used);
    }
}
