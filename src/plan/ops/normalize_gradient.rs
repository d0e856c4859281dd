//! `dw[c] = Σi Σp delta[i, c, p] · (x[i, c, p] - mean) · scale`
//!
//! delta is the gradient of the loss by z, of its shape. Letters and shapes are those of `normalize`.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::statistics::Statistics;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the weights of a normalisation.
#[derive(Debug, Clone)]
pub struct NormalizeGradient {
    /// The gradient with respect to z, rows of (channels, positions).
    pub delta: BufferId,
    /// x, of delta's shape.
    pub x: BufferId,
    /// Mean and scale.
    pub statistics: Statistics,
    /// w, (channels), of the gradient.
    pub weight: TensorId,
    /// Whether the gradient is set or added to.
    pub mode: Mode,
}

impl Describe for NormalizeGradient {
    fn reads(&self) -> Vec<Place> {
        vec![self.delta, self.x, self.statistics.buffer].into_iter().map(Place::Buffer).collect()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::gradient(self.weight, self.mode)]
    }
}
