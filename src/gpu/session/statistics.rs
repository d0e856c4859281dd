//! The sums of an epoch, from the device's numbers to what training reads.

use crate::metrics::Evaluation;
use crate::network::Task;
use crate::run::Run;

/// Numbers of a slot of the sums: the losses, the weights, and two an output in regression.
pub(in crate::gpu) fn slot_length(run: &Run) -> usize {
    match run.network.task() {
        Task::Classification | Task::MultiLabel => 2,
        Task::Regression => 2 + 2 * run.network.outputs(),
    }
}

/// Counts of classes, or of labels and then of the rows that have all of them right; 0 in regression.
pub(in crate::gpu) fn confusion_length(run: &Run) -> usize {
    match run.network.task() {
        Task::Classification => run.network.classes().pow(2),
        Task::MultiLabel => 4 * run.network.outputs() + 1,
        Task::Regression => 0,
    }
}

/// The sums of a replica over `rows` rows: slots `first`, `first` + replicas, ... of `sums`, and its
/// counts. Added in f64, in the order of the steps.
pub(in crate::gpu) fn evaluation(
    run: &Run,
    rows: u64,
    slots: impl Iterator<Item = usize>,
    sums: &[f32],
    confusion: &[u32],
) -> Evaluation {
    let length = slot_length(run);
    let outputs = (length - 2) / 2;
    let (confusion, all_right) = match confusion {
        [labels @ .., all_right] if run.network.task() == Task::MultiLabel => (labels, *all_right),
        classes => (classes, 0),
    };
    let mut evaluation = Evaluation {
        rows,
        confusion: confusion.iter().map(|&count| u64::from(count)).collect(),
        all_right: all_right.into(),
        squared_errors: vec![0.0; outputs],
        absolute_errors: vec![0.0; outputs],
        ..Evaluation::default()
    };
    for slot in slots {
        let slot = &sums[slot * length..][..length];
        evaluation.loss_sum += f64::from(slot[0]);
        evaluation.weight_sum += f64::from(slot[1]);
        for k in 0..outputs {
            evaluation.squared_errors[k] += f64::from(slot[2 + k]);
            evaluation.absolute_errors[k] += f64::from(slot[2 + outputs + k]);
        }
    }
    evaluation
}
