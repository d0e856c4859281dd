//! The sums of an epoch: from the numbers of the device to an evaluation.

use crate::metrics::Evaluation;
use crate::network::Task;
use crate::run::Run;

/// `LEVELS` in `shaders/sums.wgsl`.
pub(in crate::rooms::gpu) const LEVELS: usize = 32;

/// The number of sums per slot: of losses, of weights, and in regression two per output.
pub(in crate::rooms::gpu) fn sums_of(run: &Run) -> usize {
    match run.network.task() {
        Task::Classification | Task::MultiLabel => 2,
        Task::Regression => 2 + 2 * run.network.outputs(),
    }
}

/// Counts of classes; or of labels, then of the rows with all labels right; 0 in regression.
pub(in crate::rooms::gpu) fn confusion_length(run: &Run) -> usize {
    match run.network.task() {
        Task::Classification => run.network.classes().pow(2),
        Task::MultiLabel => 4 * run.network.outputs() + 1,
        Task::Regression => 0,
    }
}

/// Numbers per slot in the buffer of sums: `slot_length` in `shaders/sums.wgsl`.
pub(in crate::rooms::gpu) fn slot_length(sums: usize) -> usize {
    LEVELS * sums + 1
}

/// The sums of a slot over this many steps: its levels added in f64, the lowest first.
pub(in crate::rooms::gpu) fn totals(slot: &[f32], sums: usize, steps: usize) -> Vec<f64> {
    let levels = || (0..LEVELS).filter(|level| steps >> level & 1 == 1);
    (0..sums).map(|k| levels().map(|level| f64::from(slot[level * sums + k])).sum()).collect()
}

/// The evaluation of `rows` rows from their sums and counts.
pub(in crate::rooms::gpu) fn evaluation(
    run: &Run,
    rows: u64,
    sums: &[f64],
    confusion: &[u32],
) -> Evaluation {
    let (confusion, all_right) = match confusion {
        [labels @ .., all_right] if run.network.task() == Task::MultiLabel => (labels, *all_right),
        classes => (classes, 0),
    };
    let (of_rows, errors) = sums.split_at(2);
    let (squared, absolute) = errors.split_at(errors.len() / 2);
    Evaluation {
        rows,
        loss_sum: of_rows[0],
        weight_sum: of_rows[1],
        confusion: confusion.iter().map(|&count| u64::from(count)).collect(),
        all_right: all_right.into(),
        squared_errors: squared.to_vec(),
        absolute_errors: absolute.to_vec(),
    }
}
