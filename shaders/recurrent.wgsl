// h(t) = cell(z(t), h(t-1)) of each row: see `recurrence.wgsl`. `activation`, which gives f and f' of the simple cell, is
// generated from the layer's expression and prepended.

// Whether what the gradient needs is stored: false in inference.
override SAVES: bool = true;

// What is carried: h, at its next step beside it, and c. At even steps of a dispatch h is the first number, at odd ones
// the second, so that one barrier a step is enough.
const CARRIES_H = true;
const C = 2u;

// (replica, capacity, steps, gates, units)
@group(1) @binding(3) var<storage, read> z: array<f32>;
// (replica, capacity, ...): see `h` in the parameters
@group(1) @binding(4) var<storage, read_write> h: array<f32>;
// (replica, capacity, steps, saved, units)
@group(1) @binding(6) var<storage, read_write> saved: array<f32>;

// Of each gate, four rows.
struct Sums {
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
}

// The sums with a term k of h(t-1), whose weights are those of the gates.
fn with_term(sums: Sums, own: Thread, before: u32, k: u32, of_gates: vec4<f32>) -> Sums {
    let h = carried_number(own, before, k);
    return Sums(
        sums.first + of_gates.x * h,
        sums.second + of_gates.y * h,
        sums.third + of_gates.z * h,
        sums.fourth + of_gates.w * h,
    );
}

// The products of the gates' rows u of U with h(t-1), in the order of k; u = first_u + lane. Threads without this unit go
// along, for the barriers.
fn products(own: Thread, local: u32, before: u32, first_u: u32) -> Sums {
    var sums = Sums();
    for (var k = 0u; k < HELD_TERMS; k++) {
        sums = with_term(sums, own, before, k, held_gates(k, first_u + own.lane));
    }
    for (var k = HELD_TERMS; k < parameters.units; k += SLAB) {
        fetch_slab(own, local, k, first_u);
        workgroupBarrier();
        for (var term = 0u; term < terms_of_slab(k); term++) {
            sums = with_term(sums, own, before, k + term, slab_gates(term, own.lane));
        }
        workgroupBarrier();
    }
    return sums;
}

// z + b of a gate.
fn biased(own: Thread, t: u32, gate: u32, u: u32) -> vec4<f32> {
    let at_gate = gate * parameters.units + u;
    let at = (own.rows * parameters.steps + t) * gates() * parameters.units + at_gate;
    let bias = weights[own.replica * parameters.weights + parameters.bias + at_gate];
    return vec4(z[at.x], z[at.y], z[at.z], z[at.w]) + bias;
}

fn sigmoids(x: vec4<f32>) -> vec4<f32> {
    return vec4(sigmoid(x.x), sigmoid(x.y), sigmoid(x.z), sigmoid(x.w));
}

fn tangents(x: vec4<f32>) -> vec4<f32> {
    return vec4(
        hyperbolic_tangent(x.x),
        hyperbolic_tangent(x.y),
        hyperbolic_tangent(x.z),
        hyperbolic_tangent(x.w),
    );
}

// A number of the gradient's: `index` of the saved ones.
fn save(own: Thread, t: u32, index: u32, u: u32, values: vec4<f32>) {
    if (SAVES) {
        let all = select(select(2u, 5u, IS_GRU), 6u, IS_LSTM);
        let at = ((own.rows * parameters.steps + t) * all + index) * parameters.units + u;
        saved[at.x] = values.x;
        saved[at.y] = values.y;
        saved[at.z] = values.z;
        saved[at.w] = values.w;
    }
}

// h of unit u at a time step or, with t = 0, at the last.
fn give(own: Thread, t: u32, u: u32, values: vec4<f32>) {
    let at = own.rows * parameters.h_row + parameters.h + t * parameters.h_step + u;
    h[at.x] = values.x;
    h[at.y] = values.y;
    h[at.z] = values.z;
    h[at.w] = values.w;
}

// The time step of unit u: from its h, and c, to its next ones. At a time step that a row does not have they stay, and no
// gradient leads there.
fn of_unit(own: Thread, t: u32, before: u32, u: u32, sums: Sums) {
    let has = vec4(t) < own.lengths;
    let h = carried_number(own, before, u);
    let nothing = vec4(0.0);
    var next: vec4<f32>;
    if (IS_GRU) {
        let c = weights[own.replica * parameters.weights + parameters.recurrent_bias + u];
        let q = sums.third + c;
        let r = sigmoids(sums.first + biased(own, t, 0u, u));
        let update = sigmoids(sums.second + biased(own, t, 1u, u));
        let n = tangents(biased(own, t, 2u, u) + r * q);
        next = (1.0 - update) * n + update * h;
        save(own, t, 0u, u, select(nothing, r, has));
        save(own, t, 1u, u, select(nothing, update, has));
        save(own, t, 2u, u, select(nothing, n, has));
        save(own, t, 3u, u, select(nothing, q, has));
        save(own, t, 4u, u, select(nothing, h, has));
    } else if (IS_LSTM) {
        let i = sigmoids(sums.first + biased(own, t, 0u, u));
        let f = sigmoids(sums.second + biased(own, t, 1u, u));
        let g = tangents(sums.third + biased(own, t, 2u, u));
        let o = sigmoids(sums.fourth + biased(own, t, 3u, u));
        let c_before = carried_number(own, C, u);
        let c = select(c_before, f * c_before + i * g, has);
        next = o * tangents(c);
        carry(own, C, u, c);
        save(own, t, 0u, u, select(nothing, i, has));
        save(own, t, 1u, u, select(nothing, f, has));
        save(own, t, 2u, u, select(nothing, g, has));
        save(own, t, 3u, u, select(nothing, o, has));
        save(own, t, 4u, u, c);
        save(own, t, 5u, u, select(nothing, h, has));
    } else {
        let x = sums.first + biased(own, t, 0u, u);
        let first = activation(x.x, 0.0);
        let second = activation(x.y, 0.0);
        let third = activation(x.z, 0.0);
        let fourth = activation(x.w, 0.0);
        next = vec4(first.x, second.x, third.x, fourth.x);
        let slopes = vec4(first.y, second.y, third.y, fourth.y);
        save(own, t, 0u, u, select(nothing, slopes, has));
        save(own, t, 1u, u, select(nothing, h, has));
    }
    carry(own, 1u - before, u, select(h, next, has));
    if (IS_SEQUENCE) {
        give(own, t, u, select(nothing, next, has));
    }
}

// What the dispatch begins with: nothing, or what the one before it has left.
fn begin(own: Thread) {
    for (var u = own.lane; u < own.units; u += LANES) {
        var h = vec4(0.0);
        var c = vec4(0.0);
        if (parameters.place > 0u) {
            h = stored(own, 0u, u);
            if (IS_LSTM) {
                c = stored(own, C, u);
            }
        }
        carry(own, 0u, u, h);
        if (IS_LSTM) {
            carry(own, C, u, c);
        }
    }
}

// Leaves h, in both its places, and c, and gives the last h.
fn end(own: Thread) {
    for (var u = own.lane; u < own.units; u += LANES) {
        let h = carried_number(own, parameters.count % 2u, u);
        store_number(own, 0u, u, h);
        store_number(own, 1u, u, h);
        if (IS_LSTM) {
            store_number(own, C, u, carried_number(own, C, u));
        }
        if (!IS_SEQUENCE & (parameters.place + parameters.count == parameters.steps)) {
            give(own, 0u, u, h);
        }
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let own = thread_of(workgroup, workgroups, local);
    fetch_weights(own, local);
    begin(own);
    for (var k = 0u; k < parameters.count; k++) {
        meet();
        let t = time_of(parameters.place + k);
        for (var first = 0u; first < parameters.units; first += LANES) {
            let sums = products(own, local, k % 2u, first);
            if (first + own.lane < own.units) {
                of_unit(own, t, k % 2u, first + own.lane, sums);
            }
        }
    }
    // In storage another thread may still read where the last h goes, too.
    meet();
    end(own);
}
