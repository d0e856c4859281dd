// The sum over a workgroup, in a fixed order. Every thread of the workgroup calls it.

var<workgroup> partial_sums: array<f32, THREADS>;

fn reduce(local: u32, value: f32) -> f32 {
    workgroupBarrier();
    partial_sums[local] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if (local < half) {
            partial_sums[local] += partial_sums[local + half];
        }
        workgroupBarrier();
    }
    return partial_sums[0];
}

fn reduce4(local: u32, value: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        reduce(local, value.x),
        reduce(local, value.y),
        reduce(local, value.z),
        reduce(local, value.w),
    );
}
