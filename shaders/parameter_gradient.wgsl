// dα = Σ over rows and units of da · ∂f/∂α(z, α). One workgroup per part of the sum; the order of each is fixed.
// `by_parameter`, which gives ∂f/∂α, is generated from the layer's expression and prepended.

struct Parameters {
    capacity: u32,
    units: u32,
    // The index of α in the weights of a replica, and the number of weights per replica.
    parameter: u32,
    weights: u32,
    // Terms per part, and parts.
    part_terms: u32,
    parts: u32,
}

override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity, units), both
@group(1) @binding(2) var<storage, read> z: array<f32>;
@group(1) @binding(3) var<storage, read> delta: array<f32>;
// (replica, weights); of several parts (replica, parts)
@group(1) @binding(4) var<storage, read_write> gradients: array<f32>;

const THREADS = 64u;
alias Summed = f32;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let elements = step_of(replica).rows * parameters.units;
    let own = replica * parameters.capacity * parameters.units;
    let own_weight = replica * parameters.weights + parameters.parameter;
    let parameter = weights[own_weight];
    // The grid has two dimensions if one is too short.
    let part = workgroup.y * workgroups.x + workgroup.x;
    let first = part * parameters.part_terms;
    let end = select(0u, min(elements, first + parameters.part_terms), part < parameters.parts);
    var sum = 0.0;
    for (var i = first + local; i < end; i += 64u) {
        sum += delta[own + i] * by_parameter(z[own + i], parameter).x;
    }
    let total = reduce(local, sum);
    if ((local == 0u) & (part < parameters.parts)) {
        let at = select(replica * parameters.parts + part, own_weight, parameters.parts == 1u);
        if (ADDS) {
            gradients[at] += total;
        } else {
            gradients[at] = total;
        }
    }
}
