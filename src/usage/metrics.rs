//! How good predictions are, as scikit-learn counts it.

use ndarray::{Array2, ArrayView1, Axis};

use super::curves::{average_precision, roc_auc};
use super::predictor::Truth;
use crate::artifact::Model;
use crate::network::Task;

/// The figures of a model on some rows, each of which counts the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// The rows.
    pub rows: usize,
    /// The mean loss, in the units that training works in.
    pub loss: f64,
    /// What the predictions are worth.
    pub quality: Quality,
}

/// What predictions are worth.
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
        classes: Vec<ClassMetrics>,
        /// Rows of each (true class, predicted class).
        confusion: Array2<u64>,
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
        /// Each label: its class of rows are those that have it.
        labels: Vec<ClassMetrics>,
    },
    /// Of values, in original units; means over outputs.
    Regression {
        /// The mean R².
        r2: f64,
        /// The mean RMSE.
        rmse: f64,
        /// The mean MAE.
        mae: f64,
        /// Each output.
        outputs: Vec<OutputMetrics>,
    },
}

/// One class. 0 / 0 is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassMetrics {
    /// found / rows predicted to be of the class
    pub precision: f64,
    /// found / rows of the class
    pub recall: f64,
    /// 2 · found / (rows of the class + rows predicted to be of it)
    pub f1: f64,
    /// Rows of the class.
    pub rows: u64,
}

/// One output, in original units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputMetrics {
    /// 1 - Σ(y - ŷ)² / Σ(y - mean y)²; of constant targets 1 if they are met, else 0.
    pub r2: f64,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The mean absolute error.
    pub mae: f64,
}

impl Metrics {
    /// The figures of predictions: probabilities (rows, classes), or values (rows, outputs).
    pub(super) fn new(model: &Model, loss: f64, predictions: &Array2<f64>, truth: &Truth) -> Self {
        let quality = match truth {
            Truth::Classes(classes) => classification(model.labels.len(), predictions, classes),
            Truth::Values(labels) if model.network.task() == Task::MultiLabel => {
                multi_label(predictions, labels)
            }
            Truth::Values(values) => regression(predictions, values),
        };
        Metrics { rows: predictions.nrows(), loss, quality }
    }
}

/// Whether a label of this probability is predicted: its logit is above 0.
pub(super) fn is_predicted(probability: f64) -> bool {
    probability > 0.5
}

/// The class of the highest probability, the first on a tie.
pub(super) fn predicted(probabilities: impl IntoIterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (class, probability) in probabilities.into_iter().enumerate() {
        if probability > best.1 {
            best = (class, probability);
        }
    }
    best.0
}

fn classification(classes: usize, probabilities: &Array2<f64>, truth: &[u32]) -> Quality {
    let mut confusion = Array2::<u64>::zeros((classes, classes));
    for (row, &class) in probabilities.outer_iter().zip(truth) {
        confusion[[class as usize, predicted(row.iter().copied())]] += 1;
    }
    let of_class = confusion.sum_axis(Axis(1));
    let called = confusion.sum_axis(Axis(0));
    let metrics = |class: usize| {
        let found = confusion[[class, class]];
        ClassMetrics {
            precision: ratio(found, called[class]),
            recall: ratio(found, of_class[class]),
            f1: ratio(2 * found, of_class[class] + called[class]),
            rows: of_class[class],
        }
    };
    let present: Vec<usize> = (0..classes).filter(|&c| of_class[c] + called[c] > 0).collect();
    let mean = |value: fn(ClassMetrics) -> f64| {
        present.iter().map(|&class| value(metrics(class))).sum::<f64>()
            / present.len().max(1) as f64
    };
    let correct = confusion.diag().sum();
    let second = (classes == 2).then(|| {
        let scores: Vec<f64> = probabilities.column(1).to_vec();
        let of_class: Vec<bool> = truth.iter().map(|&class| class == 1).collect();
        (roc_auc(&scores, &of_class), average_precision(&scores, &of_class))
    });
    let (roc_auc, average_precision) = second.unwrap_or_default();
    Quality::Classification {
        accuracy: ratio(correct, truth.len() as u64),
        correct,
        precision: mean(|m| m.precision),
        recall: mean(|m| m.recall),
        f1: mean(|m| m.f1),
        classes: (0..classes).map(metrics).collect(),
        confusion,
        roc_auc,
        average_precision,
    }
}

fn multi_label(probabilities: &Array2<f64>, truth: &Array2<f64>) -> Quality {
    let label = |(probabilities, truth): (ArrayView1<f64>, ArrayView1<f64>)| {
        let rows = || probabilities.iter().zip(&truth);
        let found = rows().filter(|(p, y)| is_predicted(**p) && **y == 1.0).count() as u64;
        let called = rows().filter(|(p, _)| is_predicted(**p)).count() as u64;
        let there = rows().filter(|(_, y)| **y == 1.0).count() as u64;
        ClassMetrics {
            precision: ratio(found, called),
            recall: ratio(found, there),
            f1: ratio(2 * found, there + called),
            rows: there,
        }
    };
    let columns = probabilities.columns().into_iter().zip(truth.columns());
    let labels: Vec<ClassMetrics> = columns.map(label).collect();
    let mean = |value: fn(&ClassMetrics) -> f64| {
        labels.iter().map(value).sum::<f64>() / labels.len().max(1) as f64
    };
    let is_right = |(probabilities, truth): &(ArrayView1<f64>, ArrayView1<f64>)| {
        probabilities.iter().zip(truth).all(|(p, y)| is_predicted(*p) == (*y == 1.0))
    };
    let rows = probabilities.outer_iter().zip(truth.outer_iter());
    let correct = rows.filter(is_right).count() as u64;
    Quality::MultiLabel {
        accuracy: ratio(correct, truth.nrows() as u64),
        correct,
        precision: mean(|m| m.precision),
        recall: mean(|m| m.recall),
        f1: mean(|m| m.f1),
        labels,
    }
}

/// a / b, and 0 for 0 / 0.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

fn regression(predictions: &Array2<f64>, truth: &Array2<f64>) -> Quality {
    let columns = predictions.columns().into_iter().zip(truth.columns());
    let output = |(predicted, truth): (ArrayView1<f64>, ArrayView1<f64>)| {
        let rows = truth.len() as f64;
        let errors = || truth.iter().zip(&predicted).map(|(y, predicted)| y - predicted);
        let squares: f64 = errors().map(|error| error * error).sum();
        let mean = truth.sum() / rows;
        let variation: f64 = truth.iter().map(|y| (y - mean) * (y - mean)).sum();
        OutputMetrics {
            r2: match (squares, variation) {
                (0.0, 0.0) => 1.0,
                (_, 0.0) => 0.0,
                _ => 1.0 - squares / variation,
            },
            rmse: (squares / rows).sqrt(),
            mae: errors().map(f64::abs).sum::<f64>() / rows,
        }
    };
    let outputs: Vec<OutputMetrics> = columns.map(output).collect();
    let mean = |value: fn(&OutputMetrics) -> f64| {
        outputs.iter().map(value).sum::<f64>() / outputs.len().max(1) as f64
    };
    Quality::Regression {
        r2: mean(|o| o.r2),
        rmse: mean(|o| o.rmse),
        mae: mean(|o| o.mae),
        outputs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn per_class_figures_by_hand_and_an_absent_class_does_not_count() {
        // Truth 0 0 1 1; predicted 0 1 1 1; class 2 neither occurs nor is predicted.
        let probabilities =
            array![[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.2, 0.7, 0.1], [0.1, 0.5, 0.4]];
        let Quality::Classification { accuracy, precision, recall, f1, classes, roc_auc, .. } =
            classification(3, &probabilities, &[0, 0, 1, 1])
        else {
            panic!("a classification")
        };
        assert_eq!((accuracy, recall, roc_auc), (0.75, 0.75, None));
        assert!((precision - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-15);
        assert!((f1 - (2.0 / 3.0 + 4.0 / 5.0) / 2.0).abs() < 1e-15);
        assert_eq!(classes[2], ClassMetrics { precision: 0.0, recall: 0.0, f1: 0.0, rows: 0 });
    }

    #[test]
    fn labels_by_hand() {
        // Truth 10 11 00, predicted 10 01 10; a probability of 0.5 predicts nothing.
        let probabilities = array![[0.9, 0.5], [0.2, 0.8], [0.6, 0.0]];
        let truth = array![[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        let Quality::MultiLabel { accuracy, correct, precision, recall, f1, labels } =
            multi_label(&probabilities, &truth)
        else {
            panic!("labels")
        };
        assert_eq!((accuracy, correct), (1.0 / 3.0, 1));
        assert_eq!((precision, recall, f1), (0.75, 0.75, 0.75));
        assert_eq!(labels[0], ClassMetrics { precision: 0.5, recall: 0.5, f1: 0.5, rows: 2 });
    }

    #[test]
    fn a_tie_goes_to_the_first_class() {
        assert_eq!(predicted([0.5, 0.5]), 0);
        assert_eq!(predicted([0.2, 0.4, 0.4]), 1);
    }

    #[test]
    fn regression_by_hand() {
        let Quality::Regression { r2, rmse, mae, .. } =
            regression(&array![[1.0], [2.0], [6.0]], &array![[1.0], [3.0], [5.0]])
        else {
            panic!("a regression")
        };
        assert_eq!((r2, mae), (1.0 - 2.0 / 8.0, 2.0 / 3.0));
        assert!((rmse - (2.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }
}
