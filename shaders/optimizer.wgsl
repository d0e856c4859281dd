// What an optimizer makes of one weight. Prepended to every kernel that moves weights.

// The numbers of Adam.
struct Adam {
    beta1: f32,
    beta2: f32,
    // 1 - β, computed in f64 on the host.
    rest1: f32,
    rest2: f32,
    epsilon: f32,
}

struct Moved {
    weight: f32,
    first_moment: f32,
    second_moment: f32,
}

// g between ± bound. Comparisons let NaN through, which clamp would hide.
fn bounded(g: f32, bound: f32) -> f32 {
    let below = select(g, bound, g > bound);
    return select(below, -bound, g < -bound);
}

// min(1, bound / norm). A norm beyond f32 is a diverged run: it is passed on, to be seen, not scaled to
// nothing.
fn norm_scale(norm: f32, bound: f32) -> f32 {
    let finite = (bitcast<u32>(norm) & 0x7f800000u) != 0x7f800000u;
    let scale = select(norm, bound / norm, finite);
    return select(1.0, scale, !finite | (norm > bound));
}

// w - learning rate · g
fn sgd(w: f32, g: f32, step: Step) -> f32 {
    return w - step.learning_rate * g;
}

// Adam (Kingma and Ba, 2015): m = β1·m + (1 - β1)·g, v = β2·v + (1 - β2)·g²,
// w -= learning rate · (m · c1) / (sqrt(v · c2) + ε), c = 1 / (1 - βᵗ).
fn adam(w: f32, g: f32, first_moment: f32, second_moment: f32, numbers: Adam, step: Step) -> Moved {
    let m = numbers.beta1 * first_moment + numbers.rest1 * g;
    let v = numbers.beta2 * second_moment + numbers.rest2 * (g * g);
    let root = sqrt(v * step.correction2);
    let moved = w - step.learning_rate * (m * step.correction1) / (root + numbers.epsilon);
    return Moved(moved, m, v);
}
