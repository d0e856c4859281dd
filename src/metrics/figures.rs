//! From sums over rows to the figures people read.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, MacroMeans, ratio};
use super::evaluation::Evaluation;
use super::regression::{Errors, RegressionFigures};
use crate::data::Split;
use crate::network::Task;
use crate::run::Fold;

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
    Regression(RegressionFigures),
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

impl Figures {
    /// Accuracy, or R²: patience watches it.
    pub fn score(&self) -> f64 {
        match self.scores {
            Scores::Classification { accuracy, .. } | Scores::MultiLabel { accuracy, .. } => {
                accuracy
            }
            Scores::Regression(RegressionFigures { r2, .. }) => r2,
        }
    }
}

impl Scores {
    /// The task of the scores.
    pub fn task(&self) -> Task {
        match self {
            Scores::Classification { .. } => Task::Classification,
            Scores::MultiLabel { .. } => Task::MultiLabel,
            Scores::Regression(_) => Task::Regression,
        }
    }
}

/// The figures of an evaluation of the rows of `fold` in `split`.
pub fn figures(task: Task, evaluation: &Evaluation, fold: &Fold, split: Split) -> Figures {
    let scores = match task {
        Task::Classification => classification(&evaluation.confusion),
        Task::MultiLabel => multi_label(evaluation),
        Task::Regression => regression(evaluation, fold, &fold.target_variation[split as usize]),
    };
    Figures { loss: evaluation.loss(), rows: evaluation.rows, scores }
}

fn classification(confusion: &[u64]) -> Scores {
    let classes = counts(confusion);
    let correct = classes.iter().map(|class| class.found).sum();
    let MacroMeans { recall, f1, .. } = MacroMeans::of_classes(&classes);
    Scores::Classification { accuracy: ratio(correct, confusion.iter().sum()), correct, recall, f1 }
}

/// The rows of each class of a confusion, (true class, predicted class) row-major.
fn counts(confusion: &[u64]) -> Vec<Counts> {
    let classes = confusion.len().isqrt();
    let of_classes = (0..classes).map(|class| Counts {
        found: confusion[class * classes + class],
        predicted: confusion[class..].iter().step_by(classes).sum(),
        rows: confusion[class * classes..][..classes].iter().sum(),
    });
    of_classes.collect()
}

fn multi_label(evaluation: &Evaluation) -> Scores {
    let (mut all, mut labels) = (vec![], vec![]);
    for label in evaluation.confusion.chunks_exact(4) {
        let (neither, false_alarms, missed, found) = (label[0], label[1], label[2], label[3]);
        let counts = Counts { found, predicted: found + false_alarms, rows: found + missed };
        let figures = counts.figures();
        labels.push(LabelFigures {
            accuracy: ratio(neither + found, label.iter().sum()),
            recall: figures.recall,
            f1: figures.f1,
            rows: figures.rows,
        });
        all.push(counts);
    }
    let MacroMeans { recall, f1, .. } = MacroMeans::of_labels(&all);
    Scores::MultiLabel {
        accuracy: ratio(evaluation.all_right, evaluation.rows),
        correct: evaluation.all_right,
        recall,
        f1,
        labels,
    }
}

fn regression(evaluation: &Evaluation, fold: &Fold, variation: &[f64]) -> Scores {
    let rows = evaluation.rows.max(1) as f64;
    let mut outputs = vec![];
    let errors = evaluation.squared_errors.iter().zip(&evaluation.absolute_errors);
    for (k, (&squares, &absolute)) in errors.enumerate() {
        // The loss's units are (y - shift) · scale.
        let unit = 1.0 / fold.targets.scale[k];
        outputs.push(Errors { squares, absolute }.figures(variation[k], rows, unit));
    }
    Scores::Regression(RegressionFigures::of(outputs))
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
}
