// The gradient by element `at` of the weights of layer _L: Σ over rows of delta · x, a quad at a time.

fn weight_gradient_L(at: u32, quads: u32) -> f32 {
    let delta = DELTA_L + at / INPUTS_L;
    let x_ = X_L + at % INPUTS_L;
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += dot(column(quad, delta), column(quad, x_));
    }
    return sum;
}
