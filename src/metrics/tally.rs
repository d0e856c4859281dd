//! The sums behind the figures, made as predictions come: no prediction is kept.

use ndarray::Array2;

use super::confusion::Confusion;
use super::counts::Counts;
use super::decision::{is_predicted, predicted};
use super::regression::Errors;
use super::truth::Truth;

/// The sums over the first rows of the truth.
pub(crate) enum Tally<'a> {
    /// Of classes: their confusion, and with two classes the probability of the second in each row.
    Classes { truth: &'a [u32], confusion: Confusion, scores: Vec<f64> },
    /// Of labels: the counts of each, and the rows whose labels are all right.
    Labels { truth: &'a Array2<f64>, labels: Vec<Counts>, correct: u64 },
    /// Of values: the errors of each output.
    Values { truth: &'a Array2<f64>, errors: Vec<Errors> },
}

impl<'a> Tally<'a> {
    /// A tally without rows; `classes` is the number of classes, where the truth is classes.
    pub fn new(classes: usize, truth: &'a Truth) -> Self {
        match truth {
            Truth::Classes(truth) => {
                Tally::Classes { truth, confusion: Confusion::new(classes), scores: vec![] }
            }
            Truth::Labels(truth) => {
                let labels = vec![Counts::default(); truth.ncols()];
                Tally::Labels { truth, labels, correct: 0 }
            }
            Truth::Values(truth) => {
                Tally::Values { truth, errors: vec![Errors::default(); truth.ncols()] }
            }
        }
    }

    /// Adds the predictions of the rows from `first` on: probabilities (rows, classes or labels), or values
    /// (rows, outputs).
    pub fn add(&mut self, predictions: &Array2<f64>, first: usize) {
        match self {
            Tally::Classes { truth, confusion, scores } => {
                let truth = truth.iter().skip(first);
                for (row, &class) in predictions.outer_iter().zip(truth) {
                    confusion.add(class, predicted(row.iter().copied()) as u32);
                    if row.len() == 2 {
                        scores.push(row[1]);
                    }
                }
            }
            Tally::Labels { truth, labels, correct } => {
                let truth = truth.outer_iter().skip(first);
                for (row, truth) in predictions.outer_iter().zip(truth) {
                    let mut all_right = true;
                    for ((counts, &probability), &y) in labels.iter_mut().zip(row).zip(truth) {
                        let (there, called) = (y == 1.0, is_predicted(probability));
                        counts.rows += u64::from(there);
                        counts.predicted += u64::from(called);
                        counts.found += u64::from(there && called);
                        all_right &= there == called;
                    }
                    *correct += u64::from(all_right);
                }
            }
            Tally::Values { truth, errors } => {
                let truth = truth.outer_iter().skip(first);
                for (row, truth) in predictions.outer_iter().zip(truth) {
                    for ((sums, predicted), y) in errors.iter_mut().zip(row).zip(truth) {
                        let error = y - predicted;
                        sums.squares += error * error;
                        sums.absolute += error.abs();
                    }
                }
            }
        }
    }
}
