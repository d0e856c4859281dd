//! From sums over rows to the figures people read.

use serde::{Deserialize, Serialize};

use crate::backend::Evaluation;
use crate::data::Split;
use crate::network::Task;
use crate::run::Replica;

/// The figures of one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The mean loss, L2 excluded, in the units training works in.
    #[serde(with = "crate::number")]
    pub loss: f64,
    /// The rows.
    pub rows: u64,
    /// How good the predictions are.
    pub scores: Scores,
}

/// How good predictions are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scores {
    /// Of classes.
    Classification {
        /// correct / rows
        #[serde(with = "crate::number")]
        accuracy: f64,
        /// Rows whose class was found.
        correct: u64,
        /// The mean over classes of: found rows of the class / rows of the class.
        #[serde(with = "crate::number")]
        recall: f64,
        /// The mean over classes of: 2 · found / (rows of the class + rows called so).
        #[serde(with = "crate::number")]
        f1: f64,
    },
    /// Of labels, several of which a row may have; the means over labels, 0 for 0 / 0, as scikit-learn.
    MultiLabel {
        /// Rows whose labels are all right / rows.
        #[serde(with = "crate::number")]
        accuracy: f64,
        /// Rows whose labels are all right.
        correct: u64,
        /// The mean over labels of: found / rows with the label.
        #[serde(with = "crate::number")]
        recall: f64,
        /// The mean over labels of: 2 · found / (rows with the label + rows where it is predicted).
        #[serde(with = "crate::number")]
        f1: f64,
        /// The same of each label.
        labels: Vec<LabelFigures>,
    },
    /// Of values, in original units; the means over outputs.
    Regression {
        /// 1 - SSE / SST
        #[serde(with = "crate::number")]
        r2: f64,
        /// The root of the mean squared error.
        #[serde(with = "crate::number")]
        rmse: f64,
        /// The mean absolute error.
        #[serde(with = "crate::number")]
        mae: f64,
        /// The same of each output.
        outputs: Vec<OutputFigures>,
    },
}

/// The figures of one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabelFigures {
    /// (rows where it is found + rows where it rightly is not) / rows
    #[serde(with = "crate::number")]
    pub accuracy: f64,
    /// Rows where it is found / rows that have it.
    #[serde(with = "crate::number")]
    pub recall: f64,
    /// 2 · found / (rows that have it + rows where it is predicted)
    #[serde(with = "crate::number")]
    pub f1: f64,
    /// The rows that have it.
    pub rows: u64,
}

/// The figures of one output of a regression, in original units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutputFigures {
    /// 1 - SSE / SST
    #[serde(with = "crate::number")]
    pub r2: f64,
    /// The root of the mean squared error.
    #[serde(with = "crate::number")]
    pub rmse: f64,
    /// The mean absolute error.
    #[serde(with = "crate::number")]
    pub mae: f64,
}

impl Figures {
    /// Accuracy, or R²: what patience watches.
    pub fn score(&self) -> f64 {
        match self.scores {
            Scores::Classification { accuracy, .. } | Scores::MultiLabel { accuracy, .. } => {
                accuracy
            }
            Scores::Regression { r2, .. } => r2,
        }
    }
}

/// The figures of an evaluation of `split` by `replica`.
pub fn figures(task: Task, evaluation: &Evaluation, replica: &Replica, split: Split) -> Figures {
    let scores = match task {
        Task::Classification => classification(&evaluation.confusion),
        Task::MultiLabel => multi_label(evaluation),
        Task::Regression => {
            regression(evaluation, replica, &replica.target_variation[split as usize])
        }
    };
    Figures { loss: evaluation.loss(), rows: evaluation.rows, scores }
}

fn classification(confusion: &[u64]) -> Scores {
    let classes = confusion.len().isqrt();
    let found = |class: usize| confusion[class * classes + class];
    let of_class = |class: usize| -> u64 { confusion[class * classes..][..classes].iter().sum() };
    let called = |class: usize| -> u64 { confusion[class..].iter().step_by(classes).sum() };
    // As scikit-learn: classes that neither occur nor are predicted do not count.
    let present: Vec<usize> = (0..classes).filter(|&c| of_class(c) + called(c) > 0).collect();
    let mean = |value: &dyn Fn(usize) -> f64| {
        present.iter().map(|&class| value(class)).sum::<f64>() / present.len().max(1) as f64
    };
    let correct = (0..classes).map(found).sum();
    Scores::Classification {
        accuracy: ratio(correct, confusion.iter().sum()),
        correct,
        recall: mean(&|class| ratio(found(class), of_class(class))),
        f1: mean(&|class| ratio(2 * found(class), of_class(class) + called(class))),
    }
}

fn multi_label(evaluation: &Evaluation) -> Scores {
    let label = |counts: &[u64]| {
        let (false_alarms, missed, found) = (counts[1], counts[2], counts[3]);
        LabelFigures {
            accuracy: ratio(counts[0] + found, counts.iter().sum()),
            recall: ratio(found, missed + found),
            f1: ratio(2 * found, 2 * found + missed + false_alarms),
            rows: missed + found,
        }
    };
    let labels: Vec<LabelFigures> = evaluation.confusion.chunks_exact(4).map(label).collect();
    let mean = |value: fn(&LabelFigures) -> f64| {
        labels.iter().map(value).sum::<f64>() / labels.len().max(1) as f64
    };
    Scores::MultiLabel {
        accuracy: ratio(evaluation.all_right, evaluation.rows),
        correct: evaluation.all_right,
        recall: mean(|label| label.recall),
        f1: mean(|label| label.f1),
        labels,
    }
}

/// a / b, and 0 for 0 / 0.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

fn regression(evaluation: &Evaluation, replica: &Replica, variation: &[f64]) -> Scores {
    let rows = evaluation.rows.max(1) as f64;
    let output = |k: usize| {
        let (sse, sae) = (evaluation.squared_errors[k], evaluation.absolute_errors[k]);
        // The loss's units are (y - shift) · scale.
        let unit = 1.0 / replica.targets.scale[k];
        OutputFigures {
            r2: r_squared(sse, variation[k]),
            rmse: (sse / rows).sqrt() * unit,
            mae: sae / rows * unit,
        }
    };
    let outputs: Vec<OutputFigures> = (0..evaluation.squared_errors.len()).map(output).collect();
    let mean = |value: fn(&OutputFigures) -> f64| {
        outputs.iter().map(value).sum::<f64>() / outputs.len().max(1) as f64
    };
    Scores::Regression { r2: mean(|o| o.r2), rmse: mean(|o| o.rmse), mae: mean(|o| o.mae), outputs }
}

/// 1 - SSE / SST; for constant targets, as scikit-learn, 1 if they are met exactly, else 0.
fn r_squared(sse: f64, sst: f64) -> f64 {
    match (sse, sst) {
        (0.0, 0.0) => 1.0,
        (_, 0.0) => 0.0,
        _ => 1.0 - sse / sst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_averages_by_hand() {
        // true 0: 8 found, 2 called 1; true 1: 1 called 0, 4 found; class 2 neither occurs nor is called.
        let confusion = [8, 2, 0, 1, 4, 0, 0, 0, 0];
        let Scores::Classification { accuracy, correct, recall, f1 } = classification(&confusion)
        else {
            panic!("a classification")
        };
        assert_eq!((correct, accuracy), (12, 12.0 / 15.0));
        assert!((recall - (0.8 + 0.8) / 2.0).abs() < 1e-15);
        assert!((f1 - (16.0 / 19.0 + 8.0 / 11.0) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn figures_of_labels_by_hand() {
        // Truth 10 11 00 01, predicted 10 01 10 01; a third label is never there, nor predicted.
        let evaluation = Evaluation {
            rows: 4,
            confusion: vec![1, 1, 1, 1, 2, 0, 0, 2, 4, 0, 0, 0],
            all_right: 2,
            ..Evaluation::default()
        };
        let Scores::MultiLabel { accuracy, correct, recall, f1, labels } = multi_label(&evaluation)
        else {
            panic!("labels")
        };
        assert_eq!((accuracy, correct), (0.5, 2));
        assert_eq!((recall, f1), (0.5, 0.5), "(1/2 + 1 + 0) / 3 both");
        assert_eq!(labels[0], LabelFigures { accuracy: 0.5, recall: 0.5, f1: 0.5, rows: 2 });
        assert_eq!(labels[2], LabelFigures { accuracy: 1.0, recall: 0.0, f1: 0.0, rows: 0 });
    }

    #[test]
    fn r_squared_of_constant_targets() {
        assert_eq!(r_squared(0.0, 0.0), 1.0);
        assert_eq!(r_squared(1.0, 0.0), 0.0);
        assert_eq!(r_squared(1.0, 4.0), 0.75);
    }
}
