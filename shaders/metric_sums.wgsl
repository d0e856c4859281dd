// The sums and counts of one step, for metrics: Σ weight·loss and Σ weight; in classification the counts of (true,
// predicted) classes; with several labels per row the counts of (label, true, predicted), and of rows whose labels are
// all right; in regression Σ error² and Σ |error| of each output.
// One workgroup per replica; the order of the sums is fixed, and counts are integers.

struct Parameters {
    capacity: u32,
    // Logits per row in classification, else 0.
    logits: u32,
    // Labels per row if it has several, else 0.
    labels: u32,
    // Outputs per row in regression, else 0.
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, logits, labels or outputs)
@group(1) @binding(1) var<storage, read> logits: array<f32>;
// (replica, capacity, 1, labels or outputs)
@group(1) @binding(2) var<storage, read> truth: array<u32>;
// (replica, capacity), both
@group(1) @binding(3) var<storage, read> weights: array<f32>;
@group(1) @binding(4) var<storage, read> losses: array<f32>;
// The sums of each slot (`sums.wgsl`): Σ weight·loss, Σ weight, Σ error² of each output, Σ |error| of each output
@group(1) @binding(5) var<storage, read_write> sums: array<f32>;
// (epoch's confusion, true class, predicted class), or (epoch's confusion, label, true, predicted) and after the
// labels the rows that are all right
@group(1) @binding(6) var<storage, read_write> confusion: array<atomic<u32>>;

const THREADS = 64u;
alias Summed = vec2<f32>;

// The largest logit, the first on a tie; with one logit, class 1 if it is above 0.
fn predicted(own: u32) -> u32 {
    var best = 0u;
    for (var j = 1u; j < parameters.logits; j++) {
        if (logits[own + j] > logits[own + best]) {
            best = j;
        }
    }
    return select(best, u32(logits[own] > 0.0), parameters.logits == 1u);
}

// Counts the labels of a row.
fn count_labels(row: u32, counts: u32) {
    var right = 0u;
    for (var k = 0u; k < parameters.labels; k++) {
        let at = row * parameters.labels + k;
        let there = u32(bitcast<f32>(truth[at]) == 1.0);
        let found = u32(logits[at] > 0.0);
        atomicAdd(&confusion[counts + 4u * k + 2u * there + found], 1u);
        right += u32(there == found);
    }
    if (right == parameters.labels) {
        atomicAdd(&confusion[counts + 4u * parameters.labels], 1u);
    }
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let step = step_of(replica);
    let own = replica * parameters.capacity;
    let classes = max(parameters.logits, 2u);
    var loss = vec2<f32>(0.0);
    for (var i = local; i < step.rows; i += 64u) {
        let weight = weights[own + i];
        // A row of weight 0 adds nothing, even if its loss is NaN.
        loss += vec2<f32>(select(0.0, weight * losses[own + i], weight > 0.0), weight);
        if (parameters.logits > 0u) {
            let cell = truth[own + i] * classes + predicted((own + i) * parameters.logits);
            atomicAdd(&confusion[step.confusion + cell], 1u);
        }
        if (parameters.labels > 0u) {
            count_labels(own + i, step.confusion);
        }
    }
    let length = 2u + 2u * parameters.outputs;
    let total = reduce(local, loss);
    let adds = local == 0u && step.rows > 0u;
    if (adds) {
        add_to_sum(step, 0u, length, total.x);
        add_to_sum(step, 1u, length, total.y);
    }
    for (var k = 0u; k < parameters.outputs; k++) {
        var errors = vec2<f32>(0.0);
        for (var i = local; i < step.rows; i += 64u) {
            let at = (own + i) * parameters.outputs + k;
            let error = logits[at] - bitcast<f32>(truth[at]);
            errors += vec2<f32>(error * error, abs(error));
        }
        let both = reduce(local, errors);
        if (adds) {
            add_to_sum(step, 2u + k, length, both.x);
            add_to_sum(step, 2u + parameters.outputs + k, length, both.y);
        }
    }
}
