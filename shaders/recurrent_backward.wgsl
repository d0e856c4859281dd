// The gradients by the sums of a recurrence, from the last place of its scan to the first: see `recurrence.wgsl` and
// `recurrent.wgsl`.

// (replica, capacity, ...): see `h` in the parameters
@group(1) @binding(3) var<storage, read> delta: array<f32>;
// (replica, capacity, steps, saved, units)
@group(1) @binding(4) var<storage, read> saved: array<f32>;
// (replica, capacity, the gradients by h and by c, units)
@group(1) @binding(5) var<storage, read_write> state: array<f32>;
// (replica, capacity, steps, deltas, units)
@group(1) @binding(6) var<storage, read_write> deltas: array<f32>;

// The deltas of unit u: `at` is the time step, `at_before` the one before it in the scan.
fn of_unit(at: u32, at_before: u32, has_before: bool, at_state: u32, u: u32) {
    let units = parameters.units;
    let e = state[at_state + u];
    if (IS_GRU) {
        let from_at = at * 5u * units + u;
        let r = saved[from_at];
        let update = saved[from_at + units];
        let n = saved[from_at + 2u * units];
        let q = saved[from_at + 3u * units];
        let h = saved[from_at + 4u * units];
        let of_n = e * (1.0 - update) * (1.0 - n * n);
        let of_r = of_n * q * r * (1.0 - r);
        let of_update = e * (h - n) * update * (1.0 - update);
        let to = at * 6u * units + u;
        deltas[to] = of_r;
        deltas[to + units] = of_update;
        deltas[to + 2u * units] = of_n;
        deltas[to + 3u * units] = of_r;
        deltas[to + 4u * units] = of_update;
        deltas[to + 5u * units] = of_n * r;
        state[at_state + u] = e * update;
    } else if (IS_LSTM) {
        let from_at = at * 6u * units + u;
        let i = saved[from_at];
        let f = saved[from_at + units];
        let g = saved[from_at + 2u * units];
        let o = saved[from_at + 3u * units];
        let squashed = hyperbolic_tangent(saved[from_at + 4u * units]);
        var before = 0.0;
        if (has_before) {
            before = saved[at_before * 6u * units + 4u * units + u];
        }
        let d = state[at_state + units + u] + e * o * (1.0 - squashed * squashed);
        let to = at * 4u * units + u;
        deltas[to] = d * g * i * (1.0 - i);
        deltas[to + units] = d * before * f * (1.0 - f);
        deltas[to + 2u * units] = d * i * (1.0 - g * g);
        deltas[to + 3u * units] = e * squashed * o * (1.0 - o);
        state[at_state + u] = 0.0;
        state[at_state + units + u] = d * f;
    } else {
        deltas[at * units + u] = e * saved[at * 2u * units + u];
        state[at_state + u] = 0.0;
    }
}

// Uᵀ D of unit u.
fn carried(replica: u32, at: u32, u: u32) -> f32 {
    let units = parameters.units;
    let square = units * units;
    let first = replica * parameters.weights + parameters.weight + u;
    // Those of a GRU with respect to its products come second.
    let from_at = select(at * select(1u, 4u, IS_LSTM) * units, at * 6u * units + 3u * units, IS_GRU);
    var sum = 0.0;
    for (var k = 0u; k < units; k++) {
        let own = first + k * units;
        sum += weights[own] * deltas[from_at + k];
        if (IS_GRU | IS_LSTM) {
            sum += weights[own + square] * deltas[from_at + units + k];
            sum += weights[own + 2u * square] * deltas[from_at + 2u * units + k];
        }
        if (IS_LSTM) {
            sum += weights[own + 3u * square] * deltas[from_at + 3u * units + k];
        }
    }
    return sum;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    // The grid has two dimensions if one is too short.
    let i = workgroup.y * workgroups.x + workgroup.x;
    let is_row = i < step_of(replica).rows;
    let units = parameters.units;
    // The threads of rows that are not in use have no units, and meet the others at every barrier.
    let own_units = select(0u, units, is_row);
    let row = replica * parameters.capacity + i;
    let at_state = row * 2u * units;
    let at_delta = row * parameters.h_row + parameters.h;
    if (parameters.place + parameters.count == parameters.steps) {
        for (var u = local; u < own_units; u += 64u) {
            var first = 0.0;
            if (!IS_SEQUENCE) {
                first = delta[at_delta + u];
            }
            state[at_state + u] = first;
            state[at_state + units + u] = 0.0;
        }
    }
    let numbers = select(select(1u, 4u, IS_LSTM), 6u, IS_GRU);
    for (var k = 0u; k < parameters.count; k++) {
        let place = parameters.place + parameters.count - 1u - k;
        let t = time_of(place);
        var exists = false;
        if (is_row) {
            exists = has_step(row, t);
        }
        let at = row * parameters.steps + t;
        let at_before = row * parameters.steps + time_of(max(place, 1u) - 1u);
        for (var u = local; u < own_units; u += 64u) {
            if (exists) {
                if (IS_SEQUENCE) {
                    state[at_state + u] += delta[at_delta + t * parameters.h_step + u];
                }
                of_unit(at, at_before, place > 0u, at_state, u);
            } else {
                for (var index = 0u; index < numbers; index++) {
                    deltas[(at * numbers + index) * units + u] = 0.0;
                }
            }
        }
        storageBarrier();
        if (exists) {
            for (var u = local; u < own_units; u += 64u) {
                state[at_state + u] += carried(replica, at, u);
            }
        }
    }
}
