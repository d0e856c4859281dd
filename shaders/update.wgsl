// The step of an optimizer (`optimizer.wgsl`), one thread per weight. `scales` are the factors of the gradients that
// bound their norms.

// (replica, weights)
@group(1) @binding(1) var<storage, read> gradients: array<f32>;
// (weights): 1 for a weight that L2 pulls on, 0 for biases and alphas
@group(1) @binding(2) var<storage, read> decays: array<f32>;
// (replica)
@group(1) @binding(3) var<storage, read> scales: array<f32>;
// (replica, weights), as are the optimizer's slots, which are the bindings after it
@group(1) @binding(4) var<storage, read_write> weights: array<f32>;

fn weight(i: u32) -> f32 {
    return weights[own + i];
}

fn set_weight(i: u32, w: f32) {
    weights[own + i] = w;
}

fn decay_of(i: u32) -> f32 {
    return decays[i];
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let step = step_of(replica);
    let i = thread(workgroup, workgroups, local, 64u);
    if (i >= parameters.weights || step.rows == 0u) {
        return;
    }
    own = replica * parameters.weights;
    moves_weight(i, gradients[own + i] * scales[replica], step);
}
