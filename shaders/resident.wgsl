// The schedule `resident`: `entry.count` steps in one dispatch, one workgroup per replica. Activations and deltas stay
// in workgroup memory, and so do the weights if they fit (`local_weights`); the optimizer's slots and the sums of each
// step are in storage.
//     weights    (replica, WEIGHTS), as are the optimizer's slots
//     sums       STATS_LENGTH sums per slot (`sums.wgsl`)

fn column(quad: u32, c: u32) -> vec4<f32> {
    return memory[quad * COLUMNS + c];
}

// Clip, L2 and update. Each thread moves the same weights in every step.
fn update(local: u32, quads: u32, step: Step) {
    var scale = step.scale;
    if (BOUNDS_NORM) {
        var sum = 0.0;
        for (var i = local; i < WEIGHTS; i += THREADS) {
            let g = gradient(i, quads) * scale;
            sum += g * g;
        }
        scale *= norm_scale(sqrt(reduce(local, sum)), step.norm_bound);
    }
    for (var i = local; i < WEIGHTS; i += THREADS) {
        moves_weight(i, gradient(i, quads) * scale, step);
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    own = replica * WEIGHTS;
    fetch_weights(local);
    workgroupBarrier();
    for (var s = 0u; s < entry.count; s++) {
        let step = steps[entry.first + s * parameters.replicas + replica];
        let quads = (step.rows + 3u) / 4u;
        // A step of 0 rows moves nothing. All threads read the same step.
        if (step.rows > 0u) {
            pass_over(local, replica * AHEAD + step.place, step.rows, quads, step.confusion);
            update(local, quads, step);
            for (var c = local; c < STATS_LENGTH; c += THREADS) {
                add_to_sum(step, c, STATS_LENGTH, column_sum(STATS + c, quads));
            }
        }
        storageBarrier();
        workgroupBarrier();
    }
    return_weights(local);
}
