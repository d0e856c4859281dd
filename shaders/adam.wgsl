// Adam (Kingma and Ba, 2015): m = β1·m + (1 - β1)·g, v = β2·v + (1 - β2)·g²,
// w -= learning rate · (m · c1) / (sqrt(v · c2) + ε), c = 1 / (1 - βᵗ). The host computes 1 - β in
// f64.

fn moved(w: f32, g: f32, slots: Slots, numbers: Numbers, step: Step) -> Moved {
    let m = numbers.beta1 * slots.first_moment + numbers.rest1 * g;
    let v = numbers.beta2 * slots.second_moment + numbers.rest2 * (g * g);
    let root = sqrt(v * step.correction2);
    let w_after = w - step.learning_rate * (m * step.correction1) / (root + numbers.epsilon);
    return Moved(w_after, Slots(m, v));
}
