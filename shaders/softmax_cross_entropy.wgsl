// loss = ln Σ_j e^(z[j]) - z[true], delta = (softmax(z) - y) · weight · scale, where z are the logits of a row; one
// thread per row. The truth is a class.

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
        // A row of weight 0 has a delta of 0, even if its probability is NaN.
        delta[own + j] = select(0.0, (delta[own + j] / sum - y) * scale, weight > 0.0);
    }
}
