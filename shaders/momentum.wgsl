// SGD with momentum, as in PyTorch: v = μ·v + g, w -= learning rate · v.

fn moved(w: f32, g: f32, slots: Slots, numbers: Numbers, step: Step) -> Moved {
    let velocity = numbers.momentum * slots.velocity + g;
    return Moved(w - step.learning_rate * velocity, Slots(velocity));
}
