//! From predictions to figures.

use ndarray::Array2;

use super::confusion::Confusion;
use super::counts::{ClassFigures, Counts, MacroMeans, ratio};
use super::curves::{average_precision, roc_auc};
use super::regression::{Errors, RegressionFigures};
use super::tally::Tally;

/// The figures of a model on some rows; each row counts the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// The rows.
    pub rows: usize,
    /// The mean loss, in the units that training works in.
    pub loss: f64,
    /// How good the predictions are.
    pub quality: Quality,
}

/// How good predictions are.
#[derive(Debug, Clone, PartialEq)]
pub enum Quality {
    /// Of classes. Means are over the classes that occur or are predicted.
    Classification {
        /// correct / rows
        accuracy: f64,
        /// Rows whose class was found.
        correct: u64,
        /// The mean precision of the classes.
        precision: f64,
        /// The mean recall.
        recall: f64,
        /// The mean F1.
        f1: f64,
        /// Each class, in the order of the labels.
        classes: Vec<ClassFigures>,
        /// Rows of each (true class, predicted class).
        confusion: Confusion,
        /// Of two classes: the area under the ROC of the second; None where one of them is missing.
        roc_auc: Option<f64>,
        /// Of two classes: the average precision of the second; None where it is missing.
        average_precision: Option<f64>,
    },
    /// Of labels, several of which a row may have. Means are over all labels.
    MultiLabel {
        /// Rows whose labels are all right / rows.
        accuracy: f64,
        /// Rows whose labels are all right.
        correct: u64,
        /// The mean precision of the labels.
        precision: f64,
        /// The mean recall.
        recall: f64,
        /// The mean F1.
        f1: f64,
        /// Each label, as the class of the rows that have it.
        labels: Vec<ClassFigures>,
    },
    /// Of values, in original units; means over outputs.
    Regression(RegressionFigures),
}

impl Metrics {
    /// The figures of `rows` predictions, from their sums.
    pub(crate) fn new(rows: usize, loss: f64, tally: Tally) -> Self {
        let quality = match tally {
            Tally::Classes { truth, confusion, scores } => {
                classification(confusion, &scores, truth)
            }
            Tally::Labels { labels, correct, .. } => multi_label(&labels, correct, rows as u64),
            Tally::Values { truth, errors } => regression(&errors, truth),
        };
        Metrics { rows, loss, quality }
    }
}

fn classification(confusion: Confusion, scores: &[f64], truth: &[u32]) -> Quality {
    let classes = confusion.counts();
    let correct = classes.iter().map(|class| class.found).sum();
    let MacroMeans { precision, recall, f1 } = MacroMeans::of_classes(&classes);
    let second = (classes.len() == 2).then(|| {
        let of_class: Vec<bool> = truth.iter().map(|&class| class == 1).collect();
        (roc_auc(scores, &of_class), average_precision(scores, &of_class))
    });
    let (roc_auc, average_precision) = second.unwrap_or_default();
    Quality::Classification {
        accuracy: ratio(correct, truth.len() as u64),
        correct,
        precision,
        recall,
        f1,
        classes: classes.iter().map(Counts::figures).collect(),
        confusion,
        roc_auc,
        average_precision,
    }
}

fn multi_label(labels: &[Counts], correct: u64, rows: u64) -> Quality {
    let MacroMeans { precision, recall, f1 } = MacroMeans::of_labels(labels);
    Quality::MultiLabel {
        accuracy: ratio(correct, rows),
        correct,
        precision,
        recall,
        f1,
        labels: labels.iter().map(Counts::figures).collect(),
    }
}

fn regression(errors: &[Errors], truth: &Array2<f64>) -> Quality {
    let mut outputs = vec![];
    for (errors, truth) in errors.iter().zip(truth.columns()) {
        let rows = truth.len() as f64;
        let mean = truth.sum() / rows;
        let variation = truth.iter().map(|y| (y - mean) * (y - mean)).sum();
        outputs.push(errors.figures(variation, rows, 1.0));
    }
    Quality::Regression(RegressionFigures::of(outputs))
}

#[cfg(test)]
mod tests {
    use super::super::truth::Truth;
    use super::*;
    use ndarray::{Axis, array};

    /// The figures of predictions that come in blocks of two rows.
    fn quality(classes: usize, predictions: &Array2<f64>, truth: &Truth) -> Quality {
        let mut tally = Tally::new(classes, truth);
        for (block, rows) in predictions.axis_chunks_iter(Axis(0), 2).enumerate() {
            tally.add(&rows.to_owned(), 2 * block);
        }
        Metrics::new(predictions.nrows(), 0.0, tally).quality
    }

    #[test]
    fn per_class_figures_by_hand_and_an_absent_class_does_not_count() {
        // Truth 0 0 1 1; predicted 0 1 1 1; class 2 neither occurs nor is predicted.
        let probabilities =
            array![[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.2, 0.7, 0.1], [0.1, 0.5, 0.4]];
        let quality = quality(3, &probabilities, &Truth::Classes(vec![0, 0, 1, 1]));
        let Quality::Classification { accuracy, precision, recall, f1, classes, .. } = &quality
        else {
            panic!("a classification")
        };
        assert_eq!((*accuracy, *recall), (0.75, 0.75));
        assert!((precision - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-15);
        assert!((f1 - (2.0 / 3.0 + 4.0 / 5.0) / 2.0).abs() < 1e-15);
        assert_eq!(classes[2], ClassFigures { precision: 0.0, recall: 0.0, f1: 0.0, rows: 0 });
        let Quality::Classification { confusion, roc_auc, .. } = quality else { unreachable!() };
        assert_eq!([0, 1, 2].map(|class| confusion.row(class)), [[1, 1, 0], [0, 2, 0], [0; 3]]);
        assert_eq!(roc_auc, None, "there are three classes");
    }

    #[test]
    fn labels_by_hand() {
        // Truth 10 11 00, predicted 10 01 10; a probability of 0.5 predicts nothing.
        let probabilities = array![[0.9, 0.5], [0.2, 0.8], [0.6, 0.0]];
        let truth = Truth::Labels(array![[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]);
        let Quality::MultiLabel { accuracy, correct, precision, recall, f1, labels } =
            quality(0, &probabilities, &truth)
        else {
            panic!("labels")
        };
        assert_eq!((accuracy, correct), (1.0 / 3.0, 1));
        assert_eq!((precision, recall, f1), (0.75, 0.75, 0.75));
        assert_eq!(labels[0], ClassFigures { precision: 0.5, recall: 0.5, f1: 0.5, rows: 2 });
    }

    #[test]
    fn regression_by_hand() {
        let truth = Truth::Values(array![[1.0], [3.0], [5.0]]);
        let Quality::Regression(RegressionFigures { r2, rmse, mae, .. }) =
            quality(1, &array![[1.0], [2.0], [6.0]], &truth)
        else {
            panic!("a regression")
        };
        assert_eq!((r2, mae), (1.0 - 2.0 / 8.0, 2.0 / 3.0));
        assert!((rmse - (2.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }
}
