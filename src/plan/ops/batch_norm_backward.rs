//! `dx[i, c, p] = w[c] · scale[c] · (delta[i, c, p] - db[c] / n - y[i, c, p] · dw[c] / n)`,
//! `y[i, c, p] = (x[i, c, p] - mean[c]) · scale[c]`
//!
//! The gradient of the loss by x through its statistics too: db and dw are the gradients by bias and weight, n = rows ·
//! positions, or the sum of the lengths. With n = 1 the statistics are running values, which do not depend on x: dx = w ·
//! scale · delta. Behind the end of a row dx is 0. Letters and shapes are those of `normalize`.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::statistics::Statistics;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the input of a batch normalisation.
#[derive(Debug, Clone)]
pub struct BatchNormBackward {
    /// The gradient with respect to z, rows of (channels, positions).
    pub delta: BufferId,
    /// x, of delta's shape.
    pub x: BufferId,
    /// Mean and scale, (2, channels), of the batch.
    pub statistics: Statistics,
    /// w, (channels), whose gradient is read too.
    pub weight: TensorId,
    /// The bias, (channels), whose gradient is read.
    pub bias: TensorId,
    /// dx, of delta's shape.
    pub below: BufferId,
    /// Whether `below` is set or added to.
    pub mode: Mode,
}

impl Describe for BatchNormBackward {
    fn reads(&self) -> Vec<Place> {
        let buffers = [self.delta, self.x, self.statistics.buffer];
        let buffers = buffers.into_iter().chain(self.statistics.lengths).map(Place::Buffer);
        let gradients = [self.weight, self.bias].map(Place::Gradient);
        buffers.chain(gradients).chain([Place::Tensor(self.weight)]).collect()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.below, self.mode)]
    }
}
