// Adam (`optimizer.wgsl`) with g = clip(g) + decay · w, a thread a weight. clip(g) is g · scale between
// ± bound.

struct Parameters {
    // Weights of a replica.
    weights: u32,
    bound: f32,
    beta1: f32,
    beta2: f32,
    rest1: f32,
    rest2: f32,
    epsilon: f32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> gradients: array<f32>;
// (weights): 1 where L2 pulls, 0 for biases and alphas
@group(1) @binding(2) var<storage, read> decays: array<f32>;
// (replica)
@group(1) @binding(3) var<storage, read> scales: array<f32>;
// (replica, weights), all three
@group(1) @binding(4) var<storage, read_write> weights: array<f32>;
@group(1) @binding(5) var<storage, read_write> first_moments: array<f32>;
@group(1) @binding(6) var<storage, read_write> second_moments: array<f32>;

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
    let clipped = bounded(gradients[at] * scales[replica], parameters.bound);
    let g = clipped + step.decay * decays[i] * w;
    let p = parameters;
    let numbers = Adam(p.beta1, p.beta2, p.rest1, p.rest2, p.epsilon);
    let moved = adam(w, g, first_moments[at], second_moments[at], numbers, step);
    weights[at] = moved.weight;
    first_moments[at] = moved.first_moment;
    second_moments[at] = moved.second_moment;
}
