// dα = Σ over rows and units of da · min(z, 0). One workgroup a replica; the order of the sum is fixed.

struct Parameters {
    capacity: u32,
    units: u32,
    // Where alpha lies in the weights of a replica, and how many weights a replica has.
    alpha: u32,
    weights: u32,
}

override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units), both
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read> delta: array<f32>;
// (replica, weights)
@group(1) @binding(3) var<storage, read_write> gradients: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let elements = step_of(replica).rows * parameters.units;
    let own = replica * parameters.capacity * parameters.units;
    var sum = 0.0;
    for (var i = local; i < elements; i += 64u) {
        sum += delta[own + i] * min(z[own + i], 0.0);
    }
    sums[local] = sum;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (local < half) {
            sums[local] += sums[local + half];
        }
        workgroupBarrier();
    }
    if (local == 0u) {
        let at = replica * parameters.weights + parameters.alpha;
        if (ADDS) {
            gradients[at] += sums[0];
        } else {
            gradients[at] = sums[0];
        }
    }
}
