//! The rule of a step.

use std::ops::Range;

use super::batch_gradient::BatchGradient;
use super::fold::Fold;

/// How every step of every replica is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRule {
    /// Rows of a batch; the last batch of an epoch may have fewer.
    pub batch_size: usize,
    /// Mean or sum.
    pub batch_gradient: BatchGradient,
}

impl StepRule {
    /// The places in the epoch of the rows of a step, counted from 0, among `rows` training rows;
    /// empty at the end of a replica with fewer rows than others.
    pub fn places(&self, step: u32, rows: usize) -> Range<usize> {
        let first = (step as usize * self.batch_size).min(rows);
        first..(first + self.batch_size).min(rows)
    }

    /// What Σ weight · gradient over the `rows` rows of a step is multiplied with: 1 / (rows · mean weight of
    /// the training rows) for a mean. Not the batch's own weights: they would vanish in a batch of one row.
    pub fn gradient_scale(&self, fold: &Fold, rows: usize) -> f64 {
        match self.batch_gradient {
            BatchGradient::Mean => 1.0 / (rows as f64 * fold.mean_weight),
            BatchGradient::Sum => 1.0,
        }
    }
}
