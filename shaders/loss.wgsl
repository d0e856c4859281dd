// The bindings of a loss: the logits and the truth of the rows of a batch, the losses of the rows, and delta, their
// derivative with respect to the logits. Prepended to the kernel of each loss.

struct Parameters {
    capacity: u32,
    // Logits per row.
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
