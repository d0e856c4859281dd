// loss = Σ_k l(z[k], y[k]) / outputs, delta = l' / outputs · weight · scale, where l' is the derivative with respect
// to z, the logit or output; one thread per row. Prepended, after `loss.wgsl`, to a kernel whose truth is y as bits
// of f32, and which defines
//     of_output(z, y) -> vec2<f32>       l and l' of one output

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
        // A row of weight 0 has a delta of 0, even if its error is NaN.
        delta[at] = select(0.0, result.y * scale, weight > 0.0);
    }
    losses[row] = sum * share;
}
