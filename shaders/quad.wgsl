// Quads: four rows of a batch side by side in a vec4. Shared by the schedules `two-phase` and `resident`: a forward and
// backward pass of a chain of dense layers over a few quads in workgroup memory. The host prepends the sizes as
// constants:
//     THREADS           per workgroup
//     COLUMNS           vec4 per quad in `memory`; gradients and metrics read the first KEPT of them
//     QUADS             the most quads in `memory`
//     AHEAD             rows per replica that were gathered ahead
//     INPUTS, OUTPUTS   of the network
//     LOGITS            the column of the first logit; EXPONENTIALS that of the first exponential
//     ONES              a column of ones, the factor of a bias
//     STATS             the column of Σ weight·loss, of the weights, and in regression of each output's
//                       error² and |error|: STATS_LENGTH columns
// and for each layer L the constants that `quad_layer.wgsl` lists; and it declares the buffers
//     x            (replica, AHEAD, INPUTS): the rows gathered ahead
//     truth        (replica, AHEAD, 1 or OUTPUTS): classes, or values as bits of f32
//     row_weights  (replica, AHEAD), if rows have weights: `row_weight(at)` is 1 otherwise
//     confusion    (epoch's confusion, true class, predicted class), in classification
// The rows of a quad beyond the batch have weight 0.

var<workgroup> memory: array<vec4<f32>, COLUMNS * QUADS>;

fn sum4(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

// Whether each of four rows from `row` on is one of `rows`.
fn in_use(row: u32, rows: u32) -> vec4<bool> {
    return vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(rows);
}

// The indices of four rows from `row` on among those gathered from `first` on; rows beyond the last have the index of
// the last.
fn indices(first: u32, row: u32, rows: u32) -> vec4<u32> {
    return vec4<u32>(first) + min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(rows - 1u));
}

fn weights_of_rows(at: vec4<u32>, used: vec4<bool>) -> vec4<f32> {
    let own = vec4<f32>(row_weight(at.x), row_weight(at.y), row_weight(at.z), row_weight(at.w));
    return select(vec4<f32>(0.0), own, used);
}

// The inputs of `rows` rows, gathered from `first` on, and the ones.
fn load_inputs(local: u32, first: u32, rows: u32, quads: u32) {
    for (var at = local; at < quads * INPUTS; at += THREADS) {
        let quad = at / INPUTS;
        let c = at % INPUTS;
        let from_ = indices(first, 4u * quad, rows) * INPUTS + c;
        let values = vec4<f32>(x[from_.x], x[from_.y], x[from_.z], x[from_.w]);
        memory[quad * COLUMNS + c] = select(vec4<f32>(0.0), values, in_use(4u * quad, rows));
    }
    for (var quad = local; quad < quads; quad += THREADS) {
        memory[quad * COLUMNS + ONES] = vec4<f32>(1.0);
    }
}
