// loss = softplus(z) - y·z, delta = (sigmoid(z) - y) · weight · scale, one thread per row, which has one
// logit. The truth is a class, 0 or 1.

fn of_row(replica: u32, i: u32, step: Step) {
    let row = replica * parameters.capacity + i;
    let z = logits[row];
    let y = select(0.0, 1.0, truth[row] == 1u);
    losses[row] = softplus(z) - y * z;
    let weight = weights[row];
    // A row of weight 0 has a delta of 0, even if its probability is NaN.
    delta[row] = select(0.0, (sigmoid(z) - y) * (weight * step.scale), weight > 0.0);
}
