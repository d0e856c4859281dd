// What every kernel knows of the step it is part of. Prepended to each of them.

// The entry of `steps` that a dispatch belongs to.
struct Entry {
    // The first of the entry's `replicas` elements in `steps`.
    first: u32,
    // Steps that the entry covers: 1, but for kernels that make many.
    count: u32,
    padding0: u32,
    padding1: u32,
}

// One step of one replica, as `make_steps.wgsl` writes it. With 0 rows nothing moves. A replica is known by its slot.
struct Step {
    // Rows of this batch.
    rows: u32,
    // The place of its first row in the epoch.
    first: u32,
    // Where the replica's list of rows begins, and how many it has.
    list: u32,
    list_rows: u32,
    // 1: the list is shuffled for the epoch; 0: in its order.
    shuffled: u32,
    epoch: u32,
    seed_low: u32,
    seed_high: u32,
    // Where its sums go: the slot of the sums, and its number among those that are added up there, from 0.
    slot: u32,
    // Where its confusion counts go.
    confusion: u32,
    learning_rate: f32,
    // L2 / rows for a mean, L2 for a sum.
    decay: f32,
    // Adam's 1 / (1 - βᵗ).
    correction1: f32,
    correction2: f32,
    // Where its rows begin among those that were gathered ahead.
    place: u32,
    // What the gradient summed over the batch is multiplied with: 1 / (rows · mean weight of the training
    // rows) for a mean, 1 for a sum.
    scale: f32,
    number: u32,
    // The fold of the replica.
    fold: u32,
    // Bounds of each component of the gradient and of its norm; infinite where there is none.
    bound: f32,
    norm_bound: f32,
    // The numbers of its optimizer, in the order of the formula.
    numbers: array<f32, 5>,
}

@group(0) @binding(0) var<uniform> entry: Entry;
@group(0) @binding(1) var<storage, read> steps: array<Step>;

fn step_of(replica: u32) -> Step {
    return steps[entry.first + replica];
}

// The number of a thread among all of a grid that is (x, y) workgroups of `size` threads.
fn thread(workgroup: vec3<u32>, workgroups: vec3<u32>, local: u32, size: u32) -> u32 {
    return (workgroup.y * workgroups.x + workgroup.x) * size + local;
}
