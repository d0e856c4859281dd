// What a loss binds: the logits and the truth of a batch's rows, and where each row's loss and delta, its derivative
// by the logits, go. Prepended to the kernel of each loss.

struct Parameters {
    capacity: u32,
    // Scores of a row.
    outputs: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, outputs)
@group(1) @binding(1) var<storage, read> logits: array<f32>;
// (replica, capacity) classes, or (replica, capacity, outputs) bits of f32: the kernel says which
@group(1) @binding(2) var<storage, read> truth: array<u32>;
// (replica, capacity)
@group(1) @binding(3) var<storage, read> weights: array<f32>;
// (replica, capacity)
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;
// (replica, capacity, outputs)
@group(1) @binding(5) var<storage, read_write> delta: array<f32>;
