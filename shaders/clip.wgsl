// scale = min(1, bound / |g|), |g| the L2 norm over all weights of a replica. `partial` sums the squares of fixed
// stretches, `finish` adds the stretches in their order.

struct Parameters {
    // Weights per replica.
    weights: u32,
    // Stretches per replica.
    stretches: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> gradients: array<f32>;
// (replica, stretches)
@group(1) @binding(2) var<storage, read_write> squares: array<f32>;
// (replica)
@group(1) @binding(3) var<storage, read_write> scales: array<f32>;

const THREADS = 64u;
alias Summed = f32;

// One workgroup per stretch.
@compute @workgroup_size(64)
fn partial(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let stretch = workgroup.x;
    let length = (parameters.weights + parameters.stretches - 1u) / parameters.stretches;
    let last = min((stretch + 1u) * length, parameters.weights);
    var sum = 0.0;
    for (var i = stretch * length + local; i < last; i += 64u) {
        let g = gradients[replica * parameters.weights + i];
        sum += g * g;
    }
    let total = reduce(local, sum);
    if (local == 0u) {
        squares[replica * parameters.stretches + stretch] = total;
    }
}

// One workgroup per replica.
@compute @workgroup_size(64)
fn finish(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    var sum = 0.0;
    for (var i = local; i < parameters.stretches; i += 64u) {
        sum += squares[replica * parameters.stretches + i];
    }
    let norm = sqrt(reduce(local, sum));
    if (local == 0u) {
        scales[replica] = norm_scale(norm, step_of(replica).norm_bound);
    }
}
