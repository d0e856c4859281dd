// What the kernels of a recurrence share: one workgroup per tile of 4 · GROUPS rows, which goes through `count` of the time
// steps, and leaves what it carries to the next dispatch. A thread has four rows, the components of vectors, and the units
// lane, lane + LANES, ...: each weight that it fetches serves four rows, and those of other groups find it near. What the
// rows carry and what threads read of each other lies in workgroup memory if it fits, and beside it of U what fits: the
// weights of the first terms of every sum. The others come from storage anew at every step, a slab of terms at a time.

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

// Threads of a group of four rows, groups, and all threads.
override LANES: u32 = 32u;
override GROUPS: u32 = 1u;
override THREADS: u32 = LANES * GROUPS;
// Vectors of workgroup memory per number and group: at least the units.
override PADDED_UNITS: u32 = 32u;
// Whether it has the numbers that are carried, and how many vectors of them.
override HOLDS_NUMBERS: bool = true;
override NUMBERS: u32 = 192u;
// Terms of every sum whose weights it has, and elements of these weights, or 1.
override HELD_TERMS: u32 = 1u;
override HELD_WEIGHTS: u32 = 128u;
// Terms per slab of the others, and elements of it, or 1 where there are no others.
override SLAB: u32 = 8u;
override SLAB_WEIGHTS: u32 = 1056u;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, weights)
@group(1) @binding(1) var<storage, read> weights: array<f32>;
// (replica, capacity): the time steps that each row has
@group(1) @binding(2) var<storage, read> lengths: array<u32>;
// (replica, capacity, states, units): what is carried
@group(1) @binding(5) var<storage, read_write> state: array<f32>;

// (number, group, room), four rows each
var<workgroup> numbers: array<vec4<f32>, NUMBERS>;
// (term, gate, units)
var<workgroup> held_weights: array<f32, HELD_WEIGHTS>;
// (term of the slab, gate, lane)
var<workgroup> slab: array<f32, SLAB_WEIGHTS>;

// A thread, and its four rows.
struct Thread {
    replica: u32,
    group: u32,
    lane: u32,
    // The units that it goes through: 0 where no row is in use. It meets the others at every barrier.
    units: u32,
    // The rows among those of all replicas. Beyond the last in use they are the last again: its values are computed and
    // written more than once.
    rows: vec4<u32>,
    // The time steps of each.
    lengths: vec4<u32>,
}

fn thread_of(workgroup: vec3<u32>, workgroups: vec3<u32>, local: u32) -> Thread {
    let group = local / LANES;
    // The grid has two dimensions if one is too short.
    let first = ((workgroup.y * workgroups.x + workgroup.x) * GROUPS + group) * 4u;
    let in_use = step_of(workgroup.z).rows;
    let last = max(in_use, 1u) - 1u;
    let rows = workgroup.z * parameters.capacity + min(first + vec4<u32>(0u, 1u, 2u, 3u), vec4(last));
    var own = vec4(parameters.steps);
    if (HAS_LENGTHS) {
        own = vec4(lengths[rows.x], lengths[rows.y], lengths[rows.z], lengths[rows.w]);
    }
    return Thread(workgroup.z, group, local % LANES, select(0u, parameters.units, first < in_use), rows, own);
}

fn time_of(place: u32) -> u32 {
    return select(place, parameters.steps - 1u - place, IS_REVERSED);
}

fn states() -> u32 {
    return select(2u, 3u, IS_LSTM & CARRIES_H);
}

fn stored(own: Thread, number: u32, u: u32) -> vec4<f32> {
    let at = (own.rows * states() + number) * parameters.units + u;
    return vec4(state[at.x], state[at.y], state[at.z], state[at.w]);
}

fn store_number(own: Thread, number: u32, u: u32, values: vec4<f32>) {
    let at = (own.rows * states() + number) * parameters.units + u;
    state[at.x] = values.x;
    state[at.y] = values.y;
    state[at.z] = values.z;
    state[at.w] = values.w;
}

// The index of a number of unit u in workgroup memory.
fn held(own: Thread, number: u32, u: u32) -> u32 {
    return (number * GROUPS + own.group) * PADDED_UNITS + u;
}

// A number of unit u that is carried.
fn carried_number(own: Thread, number: u32, u: u32) -> vec4<f32> {
    var values: vec4<f32>;
    if (HOLDS_NUMBERS) {
        values = numbers[held(own, number, u)];
    } else {
        values = stored(own, number, u);
    }
    return values;
}

fn carry(own: Thread, number: u32, u: u32, values: vec4<f32>) {
    if (HOLDS_NUMBERS) {
        numbers[held(own, number, u)] = values;
    } else {
        store_number(own, number, u, values);
    }
}

fn gates() -> u32 {
    return select(select(1u, 3u, IS_GRU), 4u, IS_LSTM);
}

// The weight of a gate from unit k to unit u forward, and from u to k backward: its index in U, (gates, units, units).
fn index_in_u(gate: u32, k: u32, u: u32) -> u32 {
    let units = parameters.units;
    return gate * units * units + select(k * units + u, u * units + k, CARRIES_H);
}

// Fetches the weights of the first terms. Neighbouring threads read neighbours: terms forward, units backward.
fn fetch_weights(own: Thread, local: u32) {
    let units = parameters.units;
    let width = gates() * units;
    let first = own.replica * parameters.weights + parameters.weight;
    for (var i = local; i < HELD_TERMS * width; i += THREADS) {
        let k = select(i / width, i % max(HELD_TERMS, 1u), CARRIES_H);
        let row = select(i % width, i / max(HELD_TERMS, 1u), CARRIES_H);
        held_weights[k * width + row] = weights[first + index_in_u(row / units, k, row % units)];
    }
}

// The held weights of the gates from unit k to unit u.
fn held_gates(k: u32, u: u32) -> vec4<f32> {
    let units = parameters.units;
    let at = k * gates() * units + u;
    var all = vec4(held_weights[at], 0.0, 0.0, 0.0);
    if (IS_GRU | IS_LSTM) {
        all.y = held_weights[at + units];
        all.z = held_weights[at + 2u * units];
    }
    if (IS_LSTM) {
        all.w = held_weights[at + 3u * units];
    }
    return all;
}

// A row more than the lanes: otherwise those who fetch neighbouring terms would wait for one bank.
fn slab_index(gate: u32, term: u32, lane: u32) -> u32 {
    return (term * gates() + gate) * (LANES + 1u) + lane;
}

// Where element i of a slab is fetched: its term, and its gate and lane. Neighbours as in `fetch_weights`.
fn place_in_slab(i: u32) -> vec2<u32> {
    let width = gates() * LANES;
    return select(vec2(i / width, i % width), vec2(i % SLAB, i / SLAB), CARRIES_H);
}

// Element i of the slab of the terms from `first_k` on, for the units from `first_u` on.
fn weight_of_slab(own: Thread, i: u32, first_k: u32, first_u: u32) -> f32 {
    let place = place_in_slab(i);
    let k = first_k + place.x;
    let u = first_u + place.y % LANES;
    let inside = (k < parameters.units) & (u < parameters.units) & (i < SLAB * gates() * LANES);
    let at = select(0u, index_in_u(place.y / LANES, k, u), inside);
    return weights[own.replica * parameters.weights + parameters.weight + at];
}

fn put_in_slab(i: u32, weight: f32) {
    let place = place_in_slab(i);
    if (i < SLAB * gates() * LANES) {
        slab[slab_index(place.y / LANES, place.x, place.y % LANES)] = weight;
    }
}

// Four elements, a workgroup's threads apart.
fn four_of_slab(own: Thread, i: u32, first_k: u32, first_u: u32) -> vec4<f32> {
    return vec4(
        weight_of_slab(own, i, first_k, first_u),
        weight_of_slab(own, i + THREADS, first_k, first_u),
        weight_of_slab(own, i + 2u * THREADS, first_k, first_u),
        weight_of_slab(own, i + 3u * THREADS, first_k, first_u),
    );
}

fn put_four(i: u32, four: vec4<f32>) {
    put_in_slab(i, four.x);
    put_in_slab(i + THREADS, four.y);
    put_in_slab(i + 2u * THREADS, four.z);
    put_in_slab(i + 3u * THREADS, four.w);
}

// Fetches a slab. A thread has eight elements under way together: one alone would wait for the memory each time.
fn fetch_slab(own: Thread, local: u32, first_k: u32, first_u: u32) {
    for (var i = local; i < SLAB * gates() * LANES; i += 8u * THREADS) {
        let first = four_of_slab(own, i, first_k, first_u);
        let second = four_of_slab(own, i + 4u * THREADS, first_k, first_u);
        put_four(i, first);
        put_four(i + 4u * THREADS, second);
    }
}

// The weights of the gates of a term of the slab.
fn slab_gates(term: u32, lane: u32) -> vec4<f32> {
    var all = vec4(slab[slab_index(0u, term, lane)], 0.0, 0.0, 0.0);
    if (IS_GRU | IS_LSTM) {
        all.y = slab[slab_index(1u, term, lane)];
        all.z = slab[slab_index(2u, term, lane)];
    }
    if (IS_LSTM) {
        all.w = slab[slab_index(3u, term, lane)];
    }
    return all;
}

// The terms of the slab that begins with term k.
fn terms_of_slab(k: u32) -> u32 {
    return min(SLAB, parameters.units - k);
}

// What the threads have written so far all of them see.
fn meet() {
    if (HOLDS_NUMBERS) {
        workgroupBarrier();
    } else {
        storageBarrier();
    }
}
