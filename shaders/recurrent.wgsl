// h(t) = cell(z(t), h(t-1)) of each row: see `recurrence.wgsl`. `activation`, which gives f and f' of the simple cell, is
// generated from the layer's expression and prepended.

// Whether what the gradient needs is stored: false in inference.
override SAVES: bool = true;

// (replica, capacity, steps, gates, units)
@group(1) @binding(3) var<storage, read> z: array<f32>;
// (replica, capacity, ...): see `h` in the parameters
@group(1) @binding(4) var<storage, read_write> h: array<f32>;
// (replica, capacity, h and next h and c, units)
@group(1) @binding(5) var<storage, read_write> state: array<f32>;
// (replica, capacity, steps, saved, units)
@group(1) @binding(6) var<storage, read_write> saved: array<f32>;

// The products of the gates' rows u of U with h(t-1), which begins at `before`.
fn products(replica: u32, u: u32, before: u32) -> vec4<f32> {
    let units = parameters.units;
    let square = units * units;
    let first = replica * parameters.weights + parameters.weight + u * units;
    var sums = vec4(0.0);
    for (var k = 0u; k < units; k++) {
        let own = state[before + k];
        sums.x += weights[first + k] * own;
        if (IS_GRU | IS_LSTM) {
            sums.y += weights[first + square + k] * own;
            sums.z += weights[first + 2u * square + k] * own;
        }
        if (IS_LSTM) {
            sums.w += weights[first + 3u * square + k] * own;
        }
    }
    return sums;
}

// A number of the gradient's: `index` of the saved ones.
fn save(first: u32, index: u32, u: u32, value: f32) {
    if (SAVES) {
        saved[first + index * parameters.units + u] = value;
    }
}

// z + b of a gate.
fn biased(replica: u32, at_z: u32, gate: u32, u: u32) -> f32 {
    let own = gate * parameters.units + u;
    return z[at_z + own] + weights[replica * parameters.weights + parameters.bias + own];
}

// The time step of unit u: its next h, and its c.
fn of_unit(replica: u32, at: u32, at_state: u32, u: u32) {
    let units = parameters.units;
    let sums = products(replica, u, at_state);
    let next = at_state + units + u;
    if (IS_GRU) {
        let at_z = at * 3u * units;
        let at_saved = at * 5u * units;
        let q = sums.z + weights[replica * parameters.weights + parameters.recurrent_bias + u];
        let r = sigmoid(sums.x + biased(replica, at_z, 0u, u));
        let update = sigmoid(sums.y + biased(replica, at_z, 1u, u));
        let n = hyperbolic_tangent(biased(replica, at_z, 2u, u) + r * q);
        let before = state[at_state + u];
        state[next] = (1.0 - update) * n + update * before;
        save(at_saved, 0u, u, r);
        save(at_saved, 1u, u, update);
        save(at_saved, 2u, u, n);
        save(at_saved, 3u, u, q);
        save(at_saved, 4u, u, before);
    } else if (IS_LSTM) {
        let at_z = at * 4u * units;
        let at_saved = at * 6u * units;
        let i = sigmoid(sums.x + biased(replica, at_z, 0u, u));
        let f = sigmoid(sums.y + biased(replica, at_z, 1u, u));
        let g = hyperbolic_tangent(sums.z + biased(replica, at_z, 2u, u));
        let o = sigmoid(sums.w + biased(replica, at_z, 3u, u));
        let c = f * state[next + units] + i * g;
        state[next + units] = c;
        state[next] = o * hyperbolic_tangent(c);
        save(at_saved, 0u, u, i);
        save(at_saved, 1u, u, f);
        save(at_saved, 2u, u, g);
        save(at_saved, 3u, u, o);
        save(at_saved, 4u, u, c);
        save(at_saved, 5u, u, state[at_state + u]);
    } else {
        let result = activation(sums.x + biased(replica, at * units, 0u, u), 0.0);
        state[next] = result.x;
        save(at * 2u * units, 0u, u, result.y);
        save(at * 2u * units, 1u, u, state[at_state + u]);
    }
}

// A time step that the row does not have: h and c stay, and no gradient leads there.
fn pass_unit(at: u32, at_state: u32, u: u32) {
    let units = parameters.units;
    state[at_state + units + u] = state[at_state + u];
    let count = select(select(2u, 5u, IS_GRU), 6u, IS_LSTM);
    for (var index = 0u; index < count; index++) {
        save(at * count * units, index, u, 0.0);
    }
    if (IS_LSTM) {
        save(at * count * units, 4u, u, state[at_state + 2u * units + u]);
    }
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
    let at_state = row * select(2u, 3u, IS_LSTM) * units;
    if (parameters.place == 0u) {
        for (var u = local; u < own_units; u += 64u) {
            state[at_state + u] = 0.0;
            if (IS_LSTM) {
                state[at_state + 2u * units + u] = 0.0;
            }
        }
    }
    for (var k = 0u; k < parameters.count; k++) {
        storageBarrier();
        let t = time_of(parameters.place + k);
        var exists = false;
        if (is_row) {
            exists = has_step(row, t);
        }
        let at = row * parameters.steps + t;
        for (var u = local; u < own_units; u += 64u) {
            if (exists) {
                of_unit(replica, at, at_state, u);
            } else {
                pass_unit(at, at_state, u);
            }
        }
        storageBarrier();
        for (var u = local; u < own_units; u += 64u) {
            let value = state[at_state + units + u];
            state[at_state + u] = value;
            if (IS_SEQUENCE) {
                let to = row * parameters.h_row + parameters.h + t * parameters.h_step + u;
                h[to] = select(0.0, value, exists);
            }
        }
    }
    if (!IS_SEQUENCE & (parameters.place + parameters.count == parameters.steps)) {
        for (var u = local; u < own_units; u += 64u) {
            h[row * parameters.h_row + parameters.h + u] = state[at_state + u];
        }
    }
}
