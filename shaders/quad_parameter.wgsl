// The share of each row in the gradient with respect to layer _L's parameter: Σ over units of da · ∂f/∂α, in a fixed
// order. Every thread of the workgroup calls it.

fn parameter_L(local: u32, quads: u32) {
    for (var quad = 0u; quad < quads; quad++) {
        var own = vec4<f32>(0.0);
        for (var unit = local; unit < UNITS_L; unit += THREADS) {
            own += memory[quad * COLUMNS + SLOPE_BY_PARAMETER_L + unit];
        }
        let total = reduce4(local, own);
        if (local == 0u) {
            memory[quad * COLUMNS + PARAMETER_COLUMN_L] = total;
        }
    }
}
