//! The task of a network whose output allows more than one.

use super::labels::other_than_labels;
use super::parameters::Parameters;
use crate::data::{Dataset, Targets};
use crate::error::Result;
use crate::network::{Network, Output, Task};
use crate::plan::Loss;

/// The most different values that targets may have to look like classes.
pub(super) const MOST_CLASSES: usize = 20;

/// The task of `TASK`; under `auto` that of the output, and labels where the targets of several sigmoid outputs
/// are all 0 or 1.
pub(super) fn task_of(parameters: &Parameters, dataset: &Dataset, output: Output) -> Task {
    match parameters.task {
        Some(task) => task,
        None if output.has_labels()
            && dataset.targets.columns() == output.units
            && other_than_labels(&dataset.targets).is_none() =>
        {
            Task::MultiLabel
        }
        None => output.task(),
    }
}

impl Parameters {
    /// The task of a run whose params.json is older than `TASK`: the output alone tells it.
    pub(crate) fn task_by_output(&self) -> Result<Task> {
        Ok(Output::of(&self.network_layers()?)?.task())
    }

    /// Fills in what the data have decided: `TASK`, the units of the last layer, and the `LOSS` of values.
    pub fn settle(&mut self, network: &Network) {
        self.task = Some(network.task());
        self.settle_outputs(network);
        if let Loss::OfValues(loss) = network.loss() {
            self.loss = Some(loss.name);
        }
    }

    /// A note for a network that trains on values without `TASK`, though its targets look like classes or its
    /// output like one for labels.
    pub fn note_of_targets(&self, dataset: &Dataset, network: &Network) -> Option<String> {
        // A forecast is of values.
        let is_told = self.task.is_some() || self.window.is_some();
        if is_told || network.task() != Task::Regression {
            return None;
        }
        if network.output().has_labels() {
            let why = other_than_labels(&dataset.targets)?;
            return Some(format!(
                "several sigmoid outputs are trained on values, because {why} and labels are 0 or 1 each; \
                 TASK={} says that they are values",
                Task::Regression.name()
            ));
        }
        let (classes, least, most) = classes(&dataset.targets)?;
        Some(format!(
            "the targets are {classes} whole numbers, {least} to {most}, and trained as values, because the \
             output is {} x {}; for classes end with {classes} x softmax{}; TASK={} says that they are \
             values",
            network.outputs(),
            network.output_activation(),
            if classes == 2 { ", or 1 x sigmoid" } else { "" },
            Task::Regression.name()
        ))
    }
}

/// The number of different targets, the least and the most, where they look like classes: few whole numbers
/// without a gap, in several rows each.
fn classes(targets: &Targets) -> Option<(usize, i64, i64)> {
    let mut values: Vec<i64> = match targets {
        Targets::Integers(y) if y.ncols() == 1 => y.iter().copied().collect(),
        Targets::Reals(y) if y.ncols() == 1 => {
            if !y.iter().all(|y| y.fract() == 0.0 && y.abs() < 1e9) {
                return None;
            }
            y.iter().map(|&y| y as i64).collect()
        }
        Targets::Integers(_) | Targets::Reals(_) => return None,
    };
    let rows = values.len();
    values.sort_unstable();
    values.dedup();
    let (least, most) = (*values.first()?, *values.last()?);
    let count = values.len();
    let has_no_gap = most.checked_sub(least).is_some_and(|range| range == count as i64 - 1);
    (has_no_gap && (2..=MOST_CLASSES).contains(&count) && rows >= 2 * count)
        .then_some((count, least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn few_whole_numbers_without_a_gap_look_like_classes() {
        let found = |values: &[f64]| {
            let rows = values.len();
            classes(&Targets::Reals(Array2::from_shape_vec((rows, 1), values.to_vec()).unwrap()))
        };
        assert_eq!(found(&[0.0, 1.0, 2.0, 2.0, 1.0, 0.0]), Some((3, 0, 2)));
        assert_eq!(found(&[1.0, 2.0, 1.0, 2.0]), Some((2, 1, 2)));
        assert_eq!(found(&[0.0, 2.0, 0.0, 2.0]), None, "a gap");
        assert_eq!(found(&[0.0, 0.5, 0.0, 0.5]), None, "no whole number");
        assert_eq!(found(&[3.0, 4.0, 5.0]), None, "a value a row");
        assert_eq!(found(&[3.0; 4]), None, "one value");
        assert_eq!(found(&[f64::NAN; 4]), None);
        let extreme = Targets::Integers(array![[i64::MIN], [i64::MAX], [i64::MIN], [i64::MAX]]);
        assert_eq!(classes(&extreme), None);
    }
}
