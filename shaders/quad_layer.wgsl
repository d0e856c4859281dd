// The dense layer _L of a chain, on quads. The host replaces _L by the layer's number, and prepends
//     INPUTS_L, UNITS_L             its sizes
//     WEIGHT_L, BIAS_L              the first index of W (units, inputs) and of b in a replica's weights
//     X_L, A_L, DELTA_L             the columns of its input, of a = f(z), and of the gradient with respect to z
//     LEARNS_L                      whether f has a learned parameter α; only then
//     PARAMETER_L                   the index of α in a replica's weights
//     SLOPE_BY_PARAMETER_L          the columns of ∂f/∂α
// and `applied_L(z)`, which gives f and f', and `slope_by_parameter_L(z)`, which gives ∂f/∂α. The columns of the
// gradient hold f' until the gradient is known.

struct Applied_L {
    a: vec4<f32>,
    slope: vec4<f32>,
}

// a = f(W x + b), one thread per unit and quad.
fn forward_L(local: u32, quads: u32) {
    for (var at = local; at < quads * UNITS_L; at += THREADS) {
        let quad = at / UNITS_L * COLUMNS;
        let unit = at % UNITS_L;
        let row = WEIGHT_L + unit * INPUTS_L;
        let x_ = quad + X_L;
        var z = vec4<f32>(weight(BIAS_L + unit));
        // Four per iteration: software drivers limit the iterations of loops.
        for (var k = 0u; k < INPUTS_L / 4u * 4u; k += 4u) {
            z += weight(row + k) * memory[x_ + k];
            z += weight(row + k + 1u) * memory[x_ + k + 1u];
            z += weight(row + k + 2u) * memory[x_ + k + 2u];
            z += weight(row + k + 3u) * memory[x_ + k + 3u];
        }
        for (var k = INPUTS_L / 4u * 4u; k < INPUTS_L; k++) {
            z += weight(row + k) * memory[x_ + k];
        }
        let applied = applied_L(z);
        memory[quad + A_L + unit] = applied.a;
        memory[quad + DELTA_L + unit] = applied.slope;
        if (LEARNS_L) {
            memory[quad + SLOPE_BY_PARAMETER_L + unit] = slope_by_parameter_L(z);
        }
    }
}

// From the gradient with respect to a to that with respect to z, and the unit's share of the gradient with respect to
// the parameter of f: da · ∂f/∂α.
fn settle_L(quad: u32, unit: u32, gradient: vec4<f32>) {
    memory[quad + DELTA_L + unit] *= gradient;
    if (LEARNS_L) {
        memory[quad + SLOPE_BY_PARAMETER_L + unit] *= gradient;
    }
}
