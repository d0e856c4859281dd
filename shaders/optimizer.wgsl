// The step of a weight by any optimizer: g = clip(gradient) + decay · w, then the weight and its slots move by the
// optimizer's formula. The optimizer's file (`sgd.wgsl` and others) defines
//     moved(w, g, slots, numbers, step) -> Moved
// The host writes the structs `Numbers` and `Slots`, by the names of the optimizer's formula, and
//     numbers_of(step) -> Numbers                      the numbers of the replica
//     slots_at(at) -> Slots, keep_slots(at, slots)     the slots of a weight, in buffers (replica, weights)
// A kernel that moves weights defines
//     weight(i) -> f32, set_weight(i, w)               weight i of the replica
//     decay_of(i) -> f32                               1 for a weight that L2 pulls on, 0 for biases and alphas

struct Parameters {
    // Weights per replica.
    weights: u32,
    replicas: u32,
}

struct Moved {
    weight: f32,
    slots: Slots,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;

// Where the weights of the replica begin.
var<private> own: u32;

// Moves weight i by its gradient, which the bound on the norm has scaled before.
fn moves_weight(i: u32, gradient: f32, step: Step) {
    let w = weight(i);
    let g = bounded(gradient, step.bound) + step.decay * decay_of(i) * w;
    let after = moved(w, g, slots_at(own + i), numbers_of(step), step);
    set_weight(i, after.weight);
    keep_slots(own + i, after.slots);
}
