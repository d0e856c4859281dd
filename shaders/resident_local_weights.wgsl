// The weights of the schedule `resident` in workgroup memory: fetched before the first step, returned
// after the last.

var<workgroup> local_weights: array<f32, WEIGHTS>;

fn weight(i: u32) -> f32 {
    return local_weights[i];
}

fn set_weight(i: u32, w: f32) {
    local_weights[i] = w;
}

fn fetch_weights(local: u32) {
    for (var i = local; i < WEIGHTS; i += THREADS) {
        local_weights[i] = weights[own + i];
    }
}

fn return_weights(local: u32) {
    for (var i = local; i < WEIGHTS; i += THREADS) {
        weights[own + i] = local_weights[i];
    }
}
