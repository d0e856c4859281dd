// Adam (Kingma and Ba, 2015): with g = clip(gradient) + decay · w,
// m = β1·m + (1 - β1)·g, v = β2·v + (1 - β2)·g²,
// w -= learning rate · (m · c1) / (sqrt(v · c2) + ε), c = 1 / (1 - βᵗ). A thread a weight.

struct Parameters {
    // Weights of a replica.
    weights: u32,
    bound: f32,
    beta1: f32,
    beta2: f32,
    // 1 - β, computed in f64 on the host.
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
    // Comparisons let NaN through, which clamp would hide.
    let scaled = gradients[at] * scales[replica];
    let below = select(scaled, parameters.bound, scaled > parameters.bound);
    let clipped = select(below, -parameters.bound, scaled < -parameters.bound);
    let g = clipped + step.decay * decays[i] * w;
    let m = parameters.beta1 * first_moments[at] + parameters.rest1 * g;
    let v = parameters.beta2 * second_moments[at] + parameters.rest2 * (g * g);
    first_moments[at] = m;
    second_moments[at] = v;
    let root = sqrt(v * step.correction2);
    weights[at] = w - step.learning_rate * (m * step.correction1) / (root + parameters.epsilon);
}
