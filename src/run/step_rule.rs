//! The rule of a step.

use std::ops::Range;

use super::batch_gradient::BatchGradient;
use super::fold::Fold;

/// The rule of every step of every replica.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRule {
    /// Rows per batch; the last batch of an epoch may have fewer.
    pub batch_size: usize,
    /// Mean or sum.
    pub batch_gradient: BatchGradient,
}

impl StepRule {
    /// The indices of a step's rows (steps counted from 0) in the order of an epoch of `rows` training rows;
    /// empty after the last step of a replica with fewer rows than others.
    pub fn places(&self, step: u32, rows: usize) -> Range<usize> {
        let first = (step as usize * self.batch_size).min(rows);
        first..(first + self.batch_size).min(rows)
    }

    /// The factor of Σ weight · gradient over the `rows` rows of a step: 1 / (rows · mean weight of the training
    /// rows) for a mean. Not the batch's own weights: they would vanish in a batch of one row.
    pub fn gradient_scale(&self, fold: &Fold, rows: usize) -> f64 {
        match self.batch_gradient {
            BatchGradient::Mean => 1.0 / (rows as f64 * fold.mean_weight),
            BatchGradient::Sum => 1.0,
        }
    }
}
