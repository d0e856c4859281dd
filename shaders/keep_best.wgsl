// Keeps the best weights on the device: `decide` compares the validation loss with the best so far, `keep` copies the
// weights of replicas that improved. Without validation rows the weights of every epoch are kept.

struct Parameters {
    // Weights per replica.
    weights: u32,
    // Sums per slot.
    length: u32,
    replicas: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// The sums of each slot (`sums.wgsl`), the first two Σ weight·loss and Σ weight: (replicas) of training, then of
// validation
@group(1) @binding(1) var<storage, read> sums: array<f32>;
// (replica): the best validation loss so far
@group(1) @binding(2) var<storage, read_write> best_losses: array<f32>;
// (replica): 1 if this epoch's weights are now the best, 2 if a weight is not finite, else 0
@group(1) @binding(3) var<storage, read_write> kept: array<u32>;
// (replica, weights), both
@group(1) @binding(4) var<storage, read> weights: array<f32>;
@group(1) @binding(5) var<storage, read_write> best: array<f32>;
// (replica, sums of training, first bad step, sums of validation): the host reads them after an epoch
@group(1) @binding(6) var<storage, read_write> totals: array<f32>;

// Sum k of a slot over `steps` steps: level l holds the sum of 2^l of them where bit l of `steps` is set.
fn total(slot: u32, k: u32, steps: u32) -> f32 {
    let first = slot * slot_length(parameters.length) + k;
    var sum = 0.0;
    for (var level = 0u; level < LEVELS; level++) {
        if (((steps >> level) & 1u) == 1u) {
            sum += sums[first + level * parameters.length];
        }
    }
    return sum;
}

var<workgroup> bad: atomic<u32>;

// One workgroup per replica. If a training step or a weight is not finite, nothing is kept.
@compute @workgroup_size(256)
fn decide(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let step = step_of(replica);
    let length = parameters.length;
    if (local == 0u) {
        atomicStore(&bad, 0u);
    }
    workgroupBarrier();
    let own = replica * parameters.weights;
    let last = parameters.weights - 1u;
    // Four per iteration: software Vulkan drivers limit the iterations of a loop.
    for (var i = local; i < parameters.weights; i += 1024u) {
        let sound = is_finite(weights[own + i])
            & is_finite(weights[own + min(i + 256u, last)])
            & is_finite(weights[own + min(i + 512u, last)])
            & is_finite(weights[own + min(i + 768u, last)]);
        if (!sound) {
            atomicOr(&bad, 1u);
        }
    }
    let to = replica * (2u * length + 1u);
    for (var k = local; k < length; k += 256u) {
        totals[to + k] = total(replica, k, step.number);
        totals[to + length + 1u + k] = total(parameters.replicas + replica, k, step.place);
    }
    workgroupBarrier();
    if (local != 0u) {
        return;
    }
    let bad_step = sums[replica * slot_length(length) + LEVELS * length];
    totals[to + length] = bad_step;
    let loss = total(parameters.replicas + replica, 0u, step.place);
    let weight = total(parameters.replicas + replica, 1u, step.place);
    let mean = loss / max(weight, 1e-30);
    let better = step.place == 0u || (is_finite(mean) && mean < best_losses[replica]);
    let burst = atomicLoad(&bad) != 0u;
    let sound = better && bad_step == 0.0 && !burst;
    kept[replica] = select(select(0u, 1u, sound), 2u, burst);
    if (sound && step.place > 0u) {
        best_losses[replica] = mean;
    }
}

// One thread per weight.
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
