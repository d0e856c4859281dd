// Sums over the rows of a batch, for the schedules that fuse the update.

fn column_sum(c: u32, quads: u32) -> f32 {
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += sum4(column(quad, c));
    }
    return sum;
}

// What the gradient of a batch is multiplied with: `weight_sum.wgsl`.
fn batch_scale(rows: u32, quads: u32) -> f32 {
    if (!MEAN) {
        return 1.0;
    }
    if (!WEIGHTED) {
        return 1.0 / f32(rows);
    }
    let total = column_sum(STATS + 1u, quads);
    return select(0.0, 1.0 / max(total, 1e-30), total > 0.0);
}
