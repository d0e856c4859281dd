// Stochastic gradient descent: w -= learning rate · g.

fn moved(w: f32, g: f32, slots: Slots, numbers: Numbers, step: Step) -> Moved {
    return Moved(w - step.learning_rate * g, slots);
}
