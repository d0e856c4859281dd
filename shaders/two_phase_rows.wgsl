// The first dispatch of a step of the schedule `two-phase`: forward, loss and backward, one workgroup per quad. The
// columns that gradients need go to `columns`, (replica, QUADS_OF_BATCH, KEPT).
// weights: (replica, WEIGHTS).

var<private> own: u32;

fn weight(i: u32) -> f32 {
    return weights[own + i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let step = step_of(replica);
    let before = 4u * workgroup.x;
    if (before >= step.rows) {
        return;
    }
    own = replica * WEIGHTS;
    let first = replica * AHEAD + step.place + before;
    pass_over(local, first, min(step.rows - before, 4u), 1u, step.confusion);
    let to = (replica * QUADS_OF_BATCH + workgroup.x) * KEPT;
    for (var c = local; c < KEPT; c += THREADS) {
        columns[to + c] = memory[c];
    }
}
