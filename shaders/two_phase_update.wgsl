// The second dispatch of a step of the schedule `two-phase`: the gradient summed over the batch, clip, L2 and update,
// one thread per weight; the threads after the weights make the sums for metrics. If the norm is bounded, `gradients`
// writes the gradient and each workgroup's share of its square, and a third dispatch, `moves`, does the rest.
//     columns    (replica, QUADS_OF_BATCH, KEPT), written by the first dispatch
//     weights    (replica, WEIGHTS), as are what the optimizer keeps, and `gradient_sums` for the norm
//     squares    (replica, WORKGROUPS)
//     sums       STATS_LENGTH sums per slot (`sums.wgsl`)

var<private> first_column: u32;

fn column(quad: u32, c: u32) -> vec4<f32> {
    return columns[first_column + quad * KEPT + c];
}

fn sum4(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

fn weight(i: u32) -> f32 {
    return weights[own + i];
}

fn set_weight(i: u32, w: f32) {
    weights[own + i] = w;
}

fn begin(replica: u32) {
    own = replica * WEIGHTS;
    first_column = replica * QUADS_OF_BATCH * KEPT;
}

// The sums for metrics, made by the threads after the weights.
fn sum_stats(i: u32, quads: u32, step: Step) {
    if ((i >= WEIGHTS) & (i < WEIGHTS + STATS_LENGTH) & (step.rows > 0u)) {
        add_to_sum(step, i - WEIGHTS, STATS_LENGTH, column_sum(STATS + i - WEIGHTS, quads));
    }
}

// Without a bound on the norm.
@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    begin(workgroup.z);
    let step = step_of(workgroup.z);
    let quads = (step.rows + 3u) / 4u;
    let i = thread(workgroup, workgroups, local, THREADS);
    if ((i < WEIGHTS) & (step.rows > 0u)) {
        moves_weight(i, gradient(i, quads) * step.scale, step);
    }
    sum_stats(i, quads, step);
}
