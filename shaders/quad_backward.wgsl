// From the gradient with respect to z of layer _L to that of the layer below, _B: Wᵀ delta, one thread per input and
// quad.

fn backward_L(local: u32, quads: u32) {
    for (var at = local; at < quads * INPUTS_L; at += THREADS) {
        let quad = at / INPUTS_L * COLUMNS;
        let input = at % INPUTS_L;
        let column = WEIGHT_L + input;
        let delta = quad + DELTA_L;
        var sum = vec4<f32>(0.0);
        for (var u = 0u; u < UNITS_L / 4u * 4u; u += 4u) {
            sum += weight(column + u * INPUTS_L) * memory[delta + u];
            sum += weight(column + (u + 1u) * INPUTS_L) * memory[delta + u + 1u];
            sum += weight(column + (u + 2u) * INPUTS_L) * memory[delta + u + 2u];
            sum += weight(column + (u + 3u) * INPUTS_L) * memory[delta + u + 3u];
        }
        for (var u = UNITS_L / 4u * 4u; u < UNITS_L; u++) {
            sum += weight(column + u * INPUTS_L) * memory[delta + u];
        }
        settle_B(quad, input, sum);
    }
}
