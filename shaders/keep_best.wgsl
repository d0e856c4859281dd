// Best weights stay on the device: `decide` compares the validation loss with the best so far,
// `keep` copies the weights of replicas that did better. Without validation rows the weights of
// every epoch are kept.

struct Parameters {
    // Weights of a replica.
    weights: u32,
    // Numbers of a slot of `sums`.
    slot_length: u32,
    replicas: u32,
    // The epoch's training slots, and the validation slots behind them; a slot a replica each.
    train_steps: u32,
    validation_steps: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (slot, Σ weight·loss, Σ weight, ...)
@group(1) @binding(1) var<storage, read> sums: array<f32>;
// (replica): the best validation loss so far
@group(1) @binding(2) var<storage, read_write> best_losses: array<f32>;
// (replica): 1 if this epoch's weights are now the best, 2 if one is not finite, else 0
@group(1) @binding(3) var<storage, read_write> kept: array<u32>;
// (replica, weights), both
@group(1) @binding(4) var<storage, read> weights: array<f32>;
@group(1) @binding(5) var<storage, read_write> best: array<f32>;

// By the exponent's bits: a shader may take it that NaN does not occur.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

var<workgroup> bad: atomic<u32>;

// One workgroup a replica. Training slots and weights that are not finite keep nothing.
@compute @workgroup_size(256)
fn decide(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    if (local == 0u) {
        atomicStore(&bad, 0u);
    }
    workgroupBarrier();
    for (var i = local; i < parameters.train_steps; i += 256u) {
        if (!is_finite(sums[(i * parameters.replicas + replica) * parameters.slot_length])) {
            atomicOr(&bad, 1u);
        }
    }
    let own = replica * parameters.weights;
    let last = parameters.weights - 1u;
    // Four a turn: software Vulkan drivers bound the turns of a loop.
    for (var i = local; i < parameters.weights; i += 1024u) {
        let sound = is_finite(weights[own + i])
            & is_finite(weights[own + min(i + 256u, last)])
            & is_finite(weights[own + min(i + 512u, last)])
            & is_finite(weights[own + min(i + 768u, last)]);
        if (!sound) {
            atomicOr(&bad, 2u);
        }
    }
    workgroupBarrier();
    if (local != 0u) {
        return;
    }
    var loss = 0.0;
    var weight = 0.0;
    for (var i = 0u; i < parameters.validation_steps; i++) {
        let slot = (parameters.train_steps + i) * parameters.replicas + replica;
        loss += sums[slot * parameters.slot_length];
        weight += sums[slot * parameters.slot_length + 1u];
    }
    let mean = loss / max(weight, 1e-30);
    let better = parameters.validation_steps == 0u || (is_finite(mean) && mean < best_losses[replica]);
    let faults = atomicLoad(&bad);
    let sound = better && faults == 0u && step_of(replica).list_rows > 0u;
    kept[replica] = select(select(0u, 1u, sound), 2u, faults >= 2u);
    if (sound && parameters.validation_steps > 0u) {
        best_losses[replica] = mean;
    }
}

// A thread a weight.
@compute @workgroup_size(64)
fn keep(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let i = thread(workgroup, workgroups, local, 64u);
    if (i >= parameters.weights || kept[replica] != 1u) {
        return;
    }
    best[replica * parameters.weights + i] = weights[replica * parameters.weights + i];
}
