// Bounds on a gradient.

// g limited to ± bound. Comparisons keep NaN, which clamp would hide.
fn bounded(g: f32, bound: f32) -> f32 {
    let below = select(g, bound, g > bound);
    return select(below, -bound, g < -bound);
}

// min(1, bound / norm). A norm beyond f32 is a diverged run: it is the scale itself, so that the run shows it.
fn norm_scale(norm: f32, bound: f32) -> f32 {
    let finite = (bitcast<u32>(norm) & 0x7f800000u) != 0x7f800000u;
    let scale = select(norm, bound / norm, finite);
    return select(1.0, scale, !finite | (norm > bound));
}
