// What the kernels of a recurrence share: one workgroup per row, which goes through `count` of its time steps, and leaves
// what it carries to the next dispatch. Every thread has the units local, local + 64, ...: what it carries is its own but
// for h, and what others read of it lies behind a barrier.

struct Parameters {
    capacity: u32,
    steps: u32,
    units: u32,
    // The first place of the scan that this dispatch goes through, and the number of places.
    place: u32,
    count: u32,
    // Where h or its delta begins in a row of its buffer, the elements from one time step to the next, and per row.
    h: u32,
    h_step: u32,
    h_row: u32,
    // Where U, b and c begin in the weights of a replica, and the number of weights per replica.
    weight: u32,
    bias: u32,
    recurrent_bias: u32,
    weights: u32,
}

override IS_GRU: bool = false;
override IS_LSTM: bool = false;
override IS_REVERSED: bool = false;
// Whether h of every time step is given, not the last alone.
override IS_SEQUENCE: bool = false;
override HAS_LENGTHS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity): the time steps that each row has
@group(1) @binding(2) var<storage, read> lengths: array<u32>;

fn time_of(place: u32) -> u32 {
    return select(place, parameters.steps - 1u - place, IS_REVERSED);
}

// Whether the row at `at` has time step t.
fn has_step(at: u32, t: u32) -> bool {
    var has = true;
    if (HAS_LENGTHS) {
        has = t < lengths[at];
    }
    return has;
}
