// x[i, c] = (table[row[i], c] - shift[c]) · scale[c]. The table holds bytes, or numbers that were centred in f64 before they
// were uploaded.
// A table larger than a binding comes in parts; each dispatch fills the rows of its part. The parts of folds with inputs
// of their own come last.

struct Parameters {
    capacity: u32,
    inputs: u32,
    // The rows of this part of the table.
    first_row: u32,
    part_rows: u32,
    // The fold that the part is for.
    fold: u32,
    // 1 if the table holds bytes, four to a word, the first in the lowest bits; 0 if it holds bits of f32.
    bytes: u32,
}

const ALL_FOLDS = 0xffffffffu;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (part rows, inputs)
@group(1) @binding(1) var<storage, read> table: array<u32>;
// (fold, shifts and then scales)
@group(1) @binding(2) var<storage, read> scaling: array<f32>;
// (replica, capacity)
@group(1) @binding(3) var<storage, read> rows: array<u32>;
// (replica, capacity, inputs)
@group(1) @binding(4) var<storage, read_write> x: array<f32>;

fn row_length() -> u32 {
    return parameters.inputs;
}

fn value_at(at: u32) -> f32 {
    var value: f32;
    if (parameters.bytes == 1u) {
        value = f32((table[at / 4u] >> (8u * (at % 4u))) & 0xffu);
    } else {
        value = bitcast<f32>(table[at]);
    }
    return value;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let c = e % parameters.inputs;
    // Before the first row of the part this wraps around to beyond its last row.
    let row = rows[replica * parameters.capacity + e / parameters.inputs] - parameters.first_row;
    let fold = step_of(replica).fold;
    if ((row < parameters.part_rows) & ((parameters.fold == ALL_FOLDS) | (parameters.fold == fold))) {
        let first = fold * 2u * parameters.inputs;
        let value = value_at(row * parameters.inputs + c);
        x[at] = (value - scaling[first + c]) * scaling[first + parameters.inputs + c];
    }
}
