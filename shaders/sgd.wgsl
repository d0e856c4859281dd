// w -= learning rate · (clip(g) + decay · w), a thread a weight. clip(g) is g · scale between ± bound.

struct Parameters {
    // Weights of a replica.
    weights: u32,
    bound: f32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> gradients: array<f32>;
// (weights): 1 where L2 pulls, 0 for biases and alphas
@group(1) @binding(2) var<storage, read> decays: array<f32>;
// (replica)
@group(1) @binding(3) var<storage, read> scales: array<f32>;
// (replica, weights)
@group(1) @binding(4) var<storage, read_write> weights: array<f32>;

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
    let at = replica * parameters.weights + i;
    let w = weights[at];
    let g = bounded(gradients[at] * scales[replica], parameters.bound);
    weights[at] = sgd(w, g + step.decay * decays[i] * w, step);
}
