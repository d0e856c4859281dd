// The step of Adam with weight i, `adam.wgsl` for the schedules that fuse it.

fn moves_weight(i: u32, gradient: f32, step: Step) {
    let p = parameters;
    let numbers = Adam(p.beta1, p.beta2, p.rest1, p.rest2, p.epsilon);
    let w = weight(i);
    let g = bounded(gradient, p.bound) + step.decay * decays(i) * w;
    let moved = adam(w, g, first_moments[own + i], second_moments[own + i], numbers, step);
    set_weight(i, moved.weight);
    first_moments[own + i] = moved.first_moment;
    second_moments[own + i] = moved.second_moment;
}
