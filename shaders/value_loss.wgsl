// l(ŷ - y) of each value. `loss_of`, which gives l(e) and l'(e), is generated from the loss's expression and
// prepended.

fn of_output(score: f32, y: f32) -> vec2<f32> {
    return loss_of(score - y);
}
