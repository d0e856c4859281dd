// The sums over the rows of a batch by which weights move (`optimizer.wgsl`). The host writes
// `factors_of(i)`, the columns whose products are the gradient with respect to weight i, and `decay_of(i)`.

// The gradient with respect to weight i: Σ over rows of the product of two columns, a quad at a time. All weights
// have one loop: software drivers make an iteration of every loop of a branch that is not taken.
fn gradient(i: u32, quads: u32) -> f32 {
    let factors = factors_of(i);
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += dot(column(quad, factors.x), column(quad, factors.y));
    }
    return sum;
}

fn column_sum(c: u32, quads: u32) -> f32 {
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += sum4(column(quad, c));
    }
    return sum;
}
