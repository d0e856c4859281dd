// x[i, c] = (table[row[i], c] - shift[c]) · scale[c]. The table holds bytes, or numbers that were centred in f64 before they
// were uploaded. In training a row may be moved and flipped: then x[i, c] is made of the element that element c of the
// moved row comes from, by the scaling of that one.
// A row may be of numbers and codes of categories: then element c is the number of its column, or 1 where the code of that
// column is its own, else 0.
// A row may be a window: then element c is of column c / window, in row row[i] + c % window of the table.
// A table larger than a binding comes in parts; each dispatch fills the rows of its part. The parts of folds with inputs
// of their own come last.

struct Parameters {
    capacity: u32,
    inputs: u32,
    // The rows of this part of the table.
    first_row: u32,
    part_rows: u32,
    // Down and across: the size of a row that is moved, how far at most, and 1 if it is flipped.
    sizes: vec2<u32>,
    shift: vec2<u32>,
    flips: vec2<u32>,
    // The fold that the part is for.
    fold: u32,
    // 1 if the table holds bytes, four to a word, the first in the lowest bits; 0 if it holds bits of f32.
    bytes: u32,
    // 1 if rows are moved in training.
    moves: u32,
    // The rows of the table that a row of a batch holds, a column after the other: a window; 1 where it is a row.
    window: u32,
    // The columns of a table of numbers and codes; 0 where the table holds the inputs themselves.
    coded: u32,
    unused: u32,
}

const ALL_FOLDS = 0xffffffffu;
// The input is the column's number.
const NO_CODE = 0xffffffffu;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (part rows, inputs)
@group(1) @binding(1) var<storage, read> table: array<u32>;
// (fold, shifts and then scales)
@group(1) @binding(2) var<storage, read> scaling: array<f32>;
// (input): its column, and its code
@group(1) @binding(3) var<storage, read> sources: array<vec2<u32>>;
// (replica, capacity)
@group(1) @binding(4) var<storage, read> rows: array<u32>;
// (replica, capacity, inputs)
@group(1) @binding(5) var<storage, read_write> x: array<f32>;

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

fn coded_value(row: u32, c: u32) -> f32 {
    let source = sources[c];
    var value = value_at(row * parameters.coded + source.x);
    if (source.y != NO_CODE) {
        value = select(0.0, 1.0, value == f32(source.y));
    }
    return value;
}

// The element of the table's row that element c of row i of a batch comes from.
fn source(step: Step, i: u32, c: u32) -> u32 {
    var own = c;
    if ((parameters.moves == 1u) & (step.shuffled == 1u)) {
        let words = random_row(step.seed_low, step.seed_high, step.epoch, AUGMENT, step.first + i);
        own = from_element(c, parameters.sizes, parameters.shift, parameters.flips, words);
    }
    return own;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let i = e / parameters.inputs;
    let c = e % parameters.inputs;
    // Before the first row of the part this wraps around to beyond its last row.
    var row = rows[replica * parameters.capacity + i] - parameters.first_row;
    let is_window = parameters.window > 1u;
    if (is_window) {
        row += c % parameters.window;
    }
    let step = step_of(replica);
    let fold = step.fold;
    if ((row < parameters.part_rows) & ((parameters.fold == ALL_FOLDS) | (parameters.fold == fold))) {
        let first = fold * 2u * parameters.inputs;
        let own = source(step, i, c);
        var element = row * parameters.inputs + own;
        if (is_window) {
            element = row * (parameters.inputs / parameters.window) + c / parameters.window;
        }
        var value: f32;
        if (parameters.coded > 0u) {
            value = coded_value(row, c);
        } else {
            value = value_at(element);
        }
        x[at] = (value - scaling[first + own]) * scaling[first + parameters.inputs + own];
    }
}
