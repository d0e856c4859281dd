// The second and third dispatch of a step of the schedule `two-phase` with a bound on the norm of the gradient.
// Appended to `two_phase_update.wgsl`, which describes the buffers.

@compute @workgroup_size(THREADS)
fn gradients(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    begin(workgroup.z);
    let step = step_of(workgroup.z);
    let quads = (step.rows + 3u) / 4u;
    let i = thread(workgroup, workgroups, local, THREADS);
    var g = 0.0;
    if ((i < WEIGHTS) & (step.rows > 0u)) {
        g = gradient(i, quads) * step.scale;
        gradient_sums[own + i] = g;
    }
    sum_stats(i, quads, step);
    let square = reduce(local, g * g);
    let number = workgroup.y * workgroups.x + workgroup.x;
    if ((local == 0u) & (number < WORKGROUPS)) {
        squares[workgroup.z * WORKGROUPS + number] = square;
    }
}

@compute @workgroup_size(THREADS)
fn moves(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    begin(workgroup.z);
    let step = step_of(workgroup.z);
    var sum = 0.0;
    for (var i = local; i < WORKGROUPS; i += THREADS) {
        sum += squares[workgroup.z * WORKGROUPS + i];
    }
    let scale = norm_scale(sqrt(reduce(local, sum)), step.norm_bound);
    let i = thread(workgroup, workgroups, local, THREADS);
    if ((i < WEIGHTS) & (step.rows > 0u)) {
        moves_weight(i, gradient_sums[own + i] * scale, step);
    }
}
