// The step that a kernel belongs to. Prepended to every kernel.

// The entry of `steps` that a dispatch belongs to.
struct Entry {
    // The index of its first step in `steps`; one step per replica follows.
    first: u32,
    // The number of steps of the entry: 1, except for kernels that make many.
    count: u32,
    padding0: u32,
    padding1: u32,
}

// One step of one replica, written by `make_steps.wgsl`. A step of 0 rows moves nothing. A replica is known by its slot.
struct Step {
    // Rows of this batch.
    rows: u32,
    // The index of its first row in the epoch.
    first: u32,
    // The first index of the replica's list of rows, and its length.
    list: u32,
    list_rows: u32,
    // 1 if the list is shuffled for the epoch, 0 if not.
    shuffled: u32,
    epoch: u32,
    seed_low: u32,
    seed_high: u32,
    // The slot of its sums; `number` is its index, from 0, among the steps of those sums.
    slot: u32,
    // The first index of its confusion counts.
    confusion: u32,
    learning_rate: f32,
    // L2 / rows for a mean, L2 for a sum.
    decay: f32,
    // Adam's 1 / (1 - βᵗ).
    correction1: f32,
    correction2: f32,
    // The index of its first row among those that were gathered ahead; at the end of an epoch, the blocks of validation.
    place: u32,
    // The factor of the gradient summed over the batch: 1 / (rows · mean weight of the training rows) for a mean, 1 for
    // a sum.
    scale: f32,
    number: u32,
    // The fold of the replica.
    fold: u32,
    // Bounds on each component of the gradient and on its norm; infinite for no bound.
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

// The index of a thread in a grid of (x, y) workgroups of `size` threads.
fn thread(workgroup: vec3<u32>, workgroups: vec3<u32>, local: u32, size: u32) -> u32 {
    return (workgroup.y * workgroups.x + workgroup.x) * size + local;
}
