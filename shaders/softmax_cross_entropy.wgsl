// loss = ln Σ_j e^(z[j]) - z[true], delta = (softmax(z) - y) · weight · scale, a thread a row, whose logits are z. The
// truth is a class.

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let own = row * parameters.outputs;
    var maximum = logits[own];
    for (var j = 1u; j < parameters.outputs; j++) {
        maximum = max(maximum, logits[own + j]);
    }
    var sum = 0.0;
    for (var j = 0u; j < parameters.outputs; j++) {
        let e = exponential(logits[own + j] - maximum);
        delta[own + j] = e;
        sum += e;
    }
    let class_ = truth[row];
    losses[row] = logarithm(sum) + (maximum - logits[own + class_]);
    let weight = weights[row];
    let scale = weight * step.scale;
    for (var j = 0u; j < parameters.outputs; j++) {
        let y = select(0.0, 1.0, j == class_);
        // A row that weighs nothing pulls at nothing, whatever its delta.
        delta[own + j] = select(0.0, (delta[own + j] / sum - y) * scale, weight > 0.0);
    }
}
