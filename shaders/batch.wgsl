// The rows of a batch: row[i] = list[order(first + i)], with their targets and weights.
// Classes are copied, values scaled: (y - shift) · scale; weight = sample weight · class weight.

struct Parameters {
    // The most rows per replica.
    capacity: u32,
    // Outputs per row in regression and for labels; 0 in classification.
    outputs: u32,
    // Classes that have weights; 0 if all weigh 1.
    weighted_classes: u32,
    // 1 if rows have weights of their own.
    weighted_rows: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// The lists of rows of all folds and splits.
@group(1) @binding(1) var<storage, read> lists: array<u32>;
// Classes (rows), or values (rows, outputs) as bits of f32.
@group(1) @binding(2) var<storage, read> targets: array<u32>;
// Sample weights (rows); one element if rows have none.
@group(1) @binding(3) var<storage, read> row_weights: array<f32>;
// (fold, class weights, or shifts of the outputs and then their scales).
@group(1) @binding(4) var<storage, read> scaling: array<f32>;
// (replica, capacity)
@group(1) @binding(5) var<storage, read_write> rows: array<u32>;
// (replica, capacity, 1 or outputs)
@group(1) @binding(6) var<storage, read_write> truth: array<u32>;
// (replica, capacity)
@group(1) @binding(7) var<storage, read_write> weights: array<f32>;

fn of_row(replica: u32, i: u32, step: Step) {
    var index = step.first + i;
    if (step.shuffled == 1u) {
        index = order(step.seed_low, step.seed_high, step.epoch, step.list_rows, index);
    }
    let row = lists[step.list + index];
    let at = replica * parameters.capacity + i;
    rows[at] = row;
    var weight = 1.0;
    if (parameters.weighted_rows == 1u) {
        weight = row_weights[row];
    }
    if (parameters.outputs == 0u) {
        let class_ = targets[row];
        truth[at] = class_;
        if (parameters.weighted_classes > 0u) {
            weight *= scaling[step.fold * parameters.weighted_classes + class_];
        }
    } else {
        let first = step.fold * 2u * parameters.outputs;
        for (var k = 0u; k < parameters.outputs; k++) {
            let y = bitcast<f32>(targets[row * parameters.outputs + k]);
            let scaled = (y - scaling[first + k]) * scaling[first + parameters.outputs + k];
            truth[at * parameters.outputs + k] = bitcast<u32>(scaled);
        }
    }
    weights[at] = weight;
}
