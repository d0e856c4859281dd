// The step of SGD with weight i, `sgd.wgsl` for the schedules that fuse it.

fn moves_weight(i: u32, gradient: f32, step: Step) {
    let w = weight(i);
    let g = bounded(gradient, parameters.bound) + step.decay * decays(i) * w;
    set_weight(i, sgd(w, g, step));
}
