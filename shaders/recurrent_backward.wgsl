// The gradients by the sums of a recurrence, from the last place of its scan to the first: see `recurrence.wgsl` and
// `recurrent.wgsl`.

// What is carried are the gradients by h and by c; the deltas of a step, which all threads of a group read, come after
// them in workgroup memory.
const CARRIES_H = false;
const BY_H = 0u;
const BY_C = 1u;
const DELTAS = 2u;

// (replica, capacity, ...): see `h` in the parameters
@group(1) @binding(3) var<storage, read> delta: array<f32>;
// (replica, capacity, steps, saved, units)
@group(1) @binding(4) var<storage, read> saved: array<f32>;
// (replica, capacity, steps, deltas, units)
@group(1) @binding(6) var<storage, read_write> deltas: array<f32>;

// The deltas of a unit per step.
fn deltas_of_unit() -> u32 {
    return select(select(1u, 4u, IS_LSTM), 6u, IS_GRU);
}

// Where unit u of delta `index` of a time step is.
fn delta_index(own: Thread, t: u32, index: u32, u: u32) -> vec4<u32> {
    return ((own.rows * parameters.steps + t) * deltas_of_unit() + index) * parameters.units + u;
}

fn set_delta(own: Thread, t: u32, index: u32, u: u32, values: vec4<f32>) {
    let at = delta_index(own, t, index, u);
    deltas[at.x] = values.x;
    deltas[at.y] = values.y;
    deltas[at.z] = values.z;
    deltas[at.w] = values.w;
}

// The delta by the product of a gate. Those of a GRU come second.
fn set_product_delta(own: Thread, t: u32, gate: u32, u: u32, values: vec4<f32>) {
    set_delta(own, t, select(gate, 3u + gate, IS_GRU), u, values);
    if (HOLDS_NUMBERS) {
        numbers[held(own, DELTAS + gate, u)] = values;
    }
}

fn product_delta(own: Thread, t: u32, gate: u32, u: u32) -> vec4<f32> {
    var values: vec4<f32>;
    if (HOLDS_NUMBERS) {
        values = numbers[held(own, DELTAS + gate, u)];
    } else {
        let at = delta_index(own, t, select(gate, 3u + gate, IS_GRU), u);
        values = vec4(deltas[at.x], deltas[at.y], deltas[at.z], deltas[at.w]);
    }
    return values;
}

// A saved number of unit u.
fn saved_at(own: Thread, t: u32, index: u32, u: u32) -> vec4<f32> {
    let all = select(select(2u, 5u, IS_GRU), 6u, IS_LSTM);
    let at = ((own.rows * parameters.steps + t) * all + index) * parameters.units + u;
    return vec4(saved[at.x], saved[at.y], saved[at.z], saved[at.w]);
}

// The delta of h, of a time step or, with t = 0, of the last.
fn delta_of_h(own: Thread, t: u32, u: u32) -> vec4<f32> {
    let at = own.rows * parameters.h_row + parameters.h + t * parameters.h_step + u;
    return vec4(delta[at.x], delta[at.y], delta[at.z], delta[at.w]);
}

fn tangents(x: vec4<f32>) -> vec4<f32> {
    return vec4(
        hyperbolic_tangent(x.x),
        hyperbolic_tangent(x.y),
        hyperbolic_tangent(x.z),
        hyperbolic_tangent(x.w),
    );
}

// The deltas of unit u at time step t, before which `before` is in the scan, and what is carried past its products. At a
// time step that a row does not have deltas are 0, and what is carried stays.
fn of_unit(own: Thread, t: u32, before: u32, has_before: bool, u: u32) {
    let has = vec4(t) < own.lengths;
    let nothing = vec4(0.0);
    let carried = carried_number(own, BY_H, u);
    var e = carried;
    if (IS_SEQUENCE) {
        e += delta_of_h(own, t, u);
    }
    var past = nothing;
    if (IS_GRU) {
        let r = saved_at(own, t, 0u, u);
        let update = saved_at(own, t, 1u, u);
        let n = saved_at(own, t, 2u, u);
        let q = saved_at(own, t, 3u, u);
        let h = saved_at(own, t, 4u, u);
        let of_n = select(nothing, e * (1.0 - update) * (1.0 - n * n), has);
        let of_r = select(nothing, of_n * q * r * (1.0 - r), has);
        let of_update = select(nothing, e * (h - n) * update * (1.0 - update), has);
        set_delta(own, t, 0u, u, of_r);
        set_delta(own, t, 1u, u, of_update);
        set_delta(own, t, 2u, u, of_n);
        set_product_delta(own, t, 0u, u, of_r);
        set_product_delta(own, t, 1u, u, of_update);
        set_product_delta(own, t, 2u, u, select(nothing, of_n * r, has));
        past = e * update;
    } else if (IS_LSTM) {
        let i = saved_at(own, t, 0u, u);
        let f = saved_at(own, t, 1u, u);
        let g = saved_at(own, t, 2u, u);
        let o = saved_at(own, t, 3u, u);
        let squashed = tangents(saved_at(own, t, 4u, u));
        var c_before = nothing;
        if (has_before) {
            c_before = saved_at(own, before, 4u, u);
        }
        let by_c = carried_number(own, BY_C, u);
        let d = by_c + e * o * (1.0 - squashed * squashed);
        set_product_delta(own, t, 0u, u, select(nothing, d * g * i * (1.0 - i), has));
        set_product_delta(own, t, 1u, u, select(nothing, d * c_before * f * (1.0 - f), has));
        set_product_delta(own, t, 2u, u, select(nothing, d * i * (1.0 - g * g), has));
        set_product_delta(own, t, 3u, u, select(nothing, e * squashed * o * (1.0 - o), has));
        carry(own, BY_C, u, select(by_c, d * f, has));
    } else {
        set_product_delta(own, t, 0u, u, select(nothing, e * saved_at(own, t, 0u, u), has));
    }
    carry(own, BY_H, u, select(carried, past, has));
}

// The sum with a term k of D, whose weights are those of the gates.
fn with_term(sum: vec4<f32>, own: Thread, t: u32, k: u32, of_gates: vec4<f32>) -> vec4<f32> {
    var added = sum + of_gates.x * product_delta(own, t, 0u, k);
    if (IS_GRU | IS_LSTM) {
        added += of_gates.y * product_delta(own, t, 1u, k);
        added += of_gates.z * product_delta(own, t, 2u, k);
    }
    if (IS_LSTM) {
        added += of_gates.w * product_delta(own, t, 3u, k);
    }
    return added;
}

// Uᵀ D of unit first_u + lane, in the order of k; 0 at a time step that a row does not have. Threads without this unit go
// along, for the barriers.
fn through_products(own: Thread, local: u32, t: u32, first_u: u32) -> vec4<f32> {
    var sum = vec4(0.0);
    for (var k = 0u; k < HELD_TERMS; k++) {
        sum = with_term(sum, own, t, k, held_gates(k, first_u + own.lane));
    }
    for (var k = HELD_TERMS; k < parameters.units; k += SLAB) {
        fetch_slab(own, local, k, first_u);
        workgroupBarrier();
        for (var term = 0u; term < terms_of_slab(k); term++) {
            sum = with_term(sum, own, t, k + term, slab_gates(term, own.lane));
        }
        workgroupBarrier();
    }
    return sum;
}

// What the dispatch begins with: the delta of the last h, or what the one before it has left.
fn begin(own: Thread) {
    for (var u = own.lane; u < own.units; u += LANES) {
        var by_h = vec4(0.0);
        var by_c = vec4(0.0);
        if (parameters.place + parameters.count < parameters.steps) {
            by_h = stored(own, BY_H, u);
            by_c = stored(own, BY_C, u);
        } else if (!IS_SEQUENCE) {
            by_h = delta_of_h(own, 0u, u);
        }
        carry(own, BY_H, u, by_h);
        carry(own, BY_C, u, by_c);
    }
}

fn end(own: Thread) {
    for (var u = own.lane; u < own.units; u += LANES) {
        store_number(own, BY_H, u, carried_number(own, BY_H, u));
        store_number(own, BY_C, u, carried_number(own, BY_C, u));
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
        let place = parameters.place + parameters.count - 1u - k;
        let t = time_of(place);
        // Behind the products of the step before, whose deltas these replace.
        meet();
        for (var u = own.lane; u < own.units; u += LANES) {
            of_unit(own, t, time_of(max(place, 1u) - 1u), place > 0u, u);
        }
        meet();
        for (var first = 0u; first < parameters.units; first += LANES) {
            let sum = through_products(own, local, t, first);
            let u = first + own.lane;
            if (u < own.units) {
                carry(own, BY_H, u, carried_number(own, BY_H, u) + sum);
            }
        }
    }
    end(own);
}
