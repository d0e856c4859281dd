// What layer _L's rows add to the gradient of its alpha: Σ over units of da · min(z, 0), in the order of
// the threads. Every thread of the workgroup calls it.

fn alpha_L(local: u32, quads: u32) {
    for (var quad = 0u; quad < quads; quad++) {
        var own = vec4<f32>(0.0);
        for (var unit = local; unit < UNITS_L; unit += THREADS) {
            own += memory[quad * COLUMNS + NEGATIVE_L + unit];
        }
        let total = reduce4(local, own);
        if (local == 0u) {
            memory[quad * COLUMNS + ALPHA_COLUMN_L] = total;
        }
    }
}
