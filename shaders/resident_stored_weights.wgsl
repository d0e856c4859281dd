// The weights of the schedule `resident` where workgroup memory is too small for them: they stay in storage, and
// nothing is copied before the first step or after the last.

fn weight(i: u32) -> f32 {
    return weights[own + i];
}

fn set_weight(i: u32, w: f32) {
    weights[own + i] = w;
}

fn fetch_weights(local: u32) {}

fn return_weights(local: u32) {}
