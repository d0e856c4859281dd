// Makes the steps of a submit from a table of the replicas: one thread per step and replica. It writes the `steps` that
// other kernels read, (entry, replica): `capacity` entries of one step each, then `capacity` entries of several steps
// whose rows are gathered together.

struct Parameters {
    replicas: u32,
    capacity: u32,
    batch_size: u32,
    // Steps whose rows are gathered together; 0 if each step gathers its own.
    ahead: u32,
    // Rows per block of an evaluation.
    block_rows: u32,
    // Confusion counts per replica.
    confusion_length: u32,
}

// A replica in its slot.
struct Replica {
    // The first index and the number of the rows of each split in the lists.
    lists: array<vec2<u32>, 3>,
    seed_low: u32,
    seed_high: u32,
    fold: u32,
    // Of the first step.
    learning_rate: f32,
    // L2 and the scale of the gradient, for a whole batch and for the last batch of an epoch.
    decay: f32,
    last_decay: f32,
    scale: f32,
    last_scale: f32,
    bound: f32,
    norm_bound: f32,
    // log β of Adam's two means.
    log_beta1: f32,
    log_beta2: f32,
    numbers: array<f32, 5>,
    // How the learning rate changes, and for COSINE what it falls to.
    rate_schedule: u32,
    rate_floor: f32,
    max_epochs: u32,
}

// The steps that a pass makes.
struct Cursor {
    kind: u32,
    // Numbers of more than 16 bits are in two parts.
    epoch_low: u32,
    epoch_high: u32,
    // The first step or block, and their number.
    first_low: u32,
    first_high: u32,
    count: u32,
    // Entries of steps that are filled; those after `count` get steps without rows.
    span: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(1) @binding(1) var<storage, read> table: array<Replica>;
@group(1) @binding(2) var<storage, read> cursor: Cursor;
@group(1) @binding(3) var<storage, read_write> made: array<Step>;

// Kinds: training; an evaluation of the first split, and after it of the others; the end of an epoch.
const TRAIN = 0u;
const EVALUATE = 1u;
const END = 4u;

// How a learning rate changes, where it does.
const COSINE = 1u;

const HALF_PI = 1.5707963267948966;

fn epoch() -> u32 {
    return cursor.epoch_low + (cursor.epoch_high << 16u);
}

fn first() -> u32 {
    return cursor.first_low + (cursor.first_high << 16u);
}

fn blocks(rows: u32, size: u32) -> u32 {
    return (rows + size - 1u) / size;
}

// 1 - β^t from log β, which is 0 for optimizers without β: -(e^y - 1), y = t log β. Near 0, where the difference would
// lose digits, by its series: the first term left out is y^9 / 9! < 1e-8 y.
fn rest(log_beta: f32, t: f32) -> f32 {
    let y = t * log_beta;
    let series = 1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0
        * (1.0 + y / 6.0 * (1.0 + y / 7.0 * (1.0 + y / 8.0))))));
    return select(1.0 - exponential(y), -y * series, y > -0.5);
}

fn correction(log_beta: f32, t: f32) -> f32 {
    return select(1.0 / rest(log_beta, t), 1.0, log_beta == 0.0);
}

// The share of a replica's steps that is left before step `number` of the epoch; 0 after its last epoch. Epochs and steps
// are counted down in whole numbers, and never multiplied: an f32 holds whole numbers up to 2^24 only.
fn share_left(replica: Replica, number: u32, of_epoch: u32) -> f32 {
    let epochs = f32(replica.max_epochs - min(epoch(), replica.max_epochs));
    let of_this = f32(of_epoch - min(number, of_epoch)) / f32(max(of_epoch, 1u));
    let left = (epochs + of_this) / f32(max(replica.max_epochs, 1u));
    return select(left, 0.0, epoch() > replica.max_epochs);
}

// The learning rate of step `number` of the epoch. COSINE: floor + (first - floor) · sin²(π/2 · share left), and in the
// first step the rate itself, however the device rounds.
fn learning_rate(replica: Replica, number: u32, of_epoch: u32) -> f32 {
    let sine = sine_of_reduced(HALF_PI * share_left(replica, number, of_epoch));
    let high = sine * sine;
    let cosine = replica.learning_rate * high + replica.rate_floor * (1.0 - high);
    let is_first = (epoch() == 1u) & (number == 0u);
    return select(replica.learning_rate, cosine, (replica.rate_schedule == COSINE) & !is_first);
}

// `steps` steps from `number` on, as one entry.
fn training(replica: Replica, slot: u32, number: u32, steps: u32) -> Step {
    var step: Step;
    let list = replica.lists[0];
    let of_epoch = blocks(list.y, parameters.batch_size);
    let t = f32(epoch() - 1u) * f32(of_epoch) + f32(number + 1u);
    let is_last = number + 1u >= of_epoch;
    step.first = min(number * parameters.batch_size, list.y);
    step.rows = min(steps * parameters.batch_size, list.y - step.first);
    step.list = list.x;
    step.list_rows = list.y;
    step.shuffled = 1u;
    step.epoch = epoch();
    step.seed_low = replica.seed_low;
    step.seed_high = replica.seed_high;
    step.slot = slot;
    step.number = number;
    step.confusion = slot * parameters.confusion_length;
    step.learning_rate = learning_rate(replica, number, of_epoch);
    step.decay = select(replica.decay, replica.last_decay, is_last);
    step.correction1 = correction(replica.log_beta1, t);
    step.correction2 = correction(replica.log_beta2, t);
    step.scale = select(replica.scale, replica.last_scale, is_last);
    step.fold = replica.fold;
    step.bound = replica.bound;
    step.norm_bound = replica.norm_bound;
    step.numbers = replica.numbers;
    return step;
}

// Block `number` of an evaluation; its sums and counts come after those of training.
fn evaluation(replica: Replica, slot: u32, number: u32, split: u32) -> Step {
    var step: Step;
    let list = replica.lists[split];
    step.first = min(number * parameters.block_rows, list.y);
    step.rows = min(parameters.block_rows, list.y - step.first);
    step.list = list.x;
    step.list_rows = list.y;
    step.slot = parameters.replicas + slot;
    step.number = number;
    step.confusion = (parameters.replicas + slot) * parameters.confusion_length;
    step.fold = replica.fold;
    return step;
}

// The end of an epoch: its steps, and its blocks of validation.
fn ending(replica: Replica) -> Step {
    var step: Step;
    step.number = blocks(replica.lists[0].y, parameters.batch_size);
    step.place = blocks(replica.lists[1].y, parameters.block_rows);
    return step;
}

fn one(replica: Replica, slot: u32, i: u32) -> Step {
    var step: Step;
    let number = first() + i;
    if (cursor.kind == TRAIN) {
        if (i < cursor.count) {
            step = training(replica, slot, number, 1u);
            step.place = (i % max(parameters.ahead, 1u)) * parameters.batch_size;
        }
    } else if (cursor.kind == END) {
        step = ending(replica);
    } else {
        step = evaluation(replica, slot, number, cursor.kind - EVALUATE);
    }
    return step;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let slot = workgroup.z;
    let i = thread(workgroup, workgroups, local, 64u);
    if (i < cursor.span) {
        made[i * parameters.replicas + slot] = one(table[slot], slot, i);
    } else if (cursor.kind == TRAIN && parameters.ahead > 0u) {
        let chunk = i - cursor.span;
        let before = chunk * parameters.ahead;
        if (before < cursor.count) {
            let steps = min(parameters.ahead, cursor.count - before);
            let at = (parameters.capacity + chunk) * parameters.replicas + slot;
            made[at] = training(table[slot], slot, first() + before, steps);
        }
    }
}
