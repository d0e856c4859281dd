// loss = Σ_k l(score[k], y[k]) / outputs, delta = l' / outputs · weight · scale, where l' is the derivative by the
// score, a thread a row. Prepended, behind `loss.wgsl`, to the kernel, whose truth is y as bits of f32, and which
// defines
//     of_output(score, y) -> vec2<f32>       l and l' of one output

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let weight = weights[row];
    let share = 1.0 / f32(parameters.outputs);
    let scale = share * (weight * step.scale);
    var sum = 0.0;
    for (var k = 0u; k < parameters.outputs; k++) {
        let at = row * parameters.outputs + k;
        let result = of_output(logits[at], bitcast<f32>(truth[at]));
        sum += result.x;
        // A row that weighs nothing pulls at nothing, whatever its error.
        delta[at] = select(0.0, result.y * scale, weight > 0.0);
    }
    losses[row] = sum * share;
}
