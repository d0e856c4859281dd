// scale = 1 / Σ weights for the mean over a batch, 1 for its sum; 0 where all rows weigh nothing.
// One workgroup a replica; the order of the sum is fixed.

struct Parameters {
    capacity: u32,
    // 1 for a mean, 0 for a sum.
    mean: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica)
@group(1) @binding(2) var<storage, read_write> scales: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let rows = step_of(replica).rows;
    var sum = 0.0;
    for (var i = local; i < rows; i += 64u) {
        sum += weights[replica * parameters.capacity + i];
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
        let total = sums[0];
        let reciprocal = select(0.0, 1.0 / max(total, 1e-30), total > 0.0);
        scales[replica] = select(1.0, reciprocal, parameters.mean == 1u);
    }
}
