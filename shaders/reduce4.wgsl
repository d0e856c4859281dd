// The sums of four numbers per thread over a workgroup (`reduce.wgsl`).

fn reduce4(local: u32, value: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        reduce(local, value.x),
        reduce(local, value.y),
        reduce(local, value.z),
        reduce(local, value.w),
    );
}
