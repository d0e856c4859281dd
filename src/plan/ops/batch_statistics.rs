//! `mean[c] = Σi Σp x[i, c, p] / n`, `scale[c] = 1 / sqrt(Σi Σp (x[i, c, p] - mean[c])² / n + ε)`
//!
//! i is a row, c a channel, p a position that the row has, n = rows · positions or the sum of the lengths. x is (rows,
//! channels, positions), mean and scale together are (2, channels), one per batch, with n behind them where rows have
//! lengths. In training running mean = m · running mean + (1 - m) · mean, and so the
//! running variance with the unbiased variance of the batch, n - 1 for n; in inference, and in a batch of n = 1, mean and
//! scale are those of the running values.

use super::{Describe, Operation};
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;

/// The statistics of the channels of a batch (Ioffe and Szegedy, 2015).
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    /// x, rows of (channels, positions).
    pub x: BufferId,
    /// The positions of each row that exist; None if all do.
    pub lengths: Option<BufferId>,
    /// Mean and scale, (2, channels), of the batch.
    pub statistics: BufferId,
    /// The running mean, (channels).
    pub mean: TensorId,
    /// The running variance, (channels).
    pub variance: TensorId,
    /// m
    pub momentum: f64,
    /// ε
    pub epsilon: f64,
    /// Whether they are those of the batch; else of the running values.
    pub is_training: bool,
}

impl Describe for BatchStatistics {
    fn reads(&self) -> Vec<Place> {
        let buffers = [self.x].into_iter().chain(self.lengths).map(Place::Buffer);
        buffers.chain([self.mean, self.variance].map(Place::Tensor)).collect()
    }

    fn writes(&self) -> Vec<Write> {
        let tensors = [self.mean, self.variance].map(Write::tensor);
        let tensors = tensors.into_iter().filter(|_| self.is_training);
        std::iter::once(Write::set(self.statistics)).chain(tensors).collect()
    }

    /// The gradient through them is part of that of the normalisation.
    fn backward(&self, _: &mut Tape) {}

    fn inference(&self) -> Option<Operation> {
        Some(BatchStatistics { is_training: false, lengths: None, ..self.clone() }.into())
    }
}
