//! `dx[i, c, p] = scale[i, p] · (g[i, c, p] - Σk g[i, k, p] / channels - y[i, c, p] · Σk g[i, k, p] · y[i, k, p] / channels)`,
//! `g[i, c, p] = w[c] · delta[i, c, p]`, `y[i, c, p] = (x[i, c, p] - mean[i, p]) · scale[i, p]`
//!
//! The gradient of the loss by x through its statistics too; k is a channel. Letters and shapes are those of `normalize`.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::statistics::Statistics;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the input of a layer normalisation.
#[derive(Debug, Clone)]
pub struct LayerNormBackward {
    /// The gradient with respect to z, rows of (channels, positions).
    pub delta: BufferId,
    /// x, of delta's shape.
    pub x: BufferId,
    /// Mean and scale, rows of (2, positions).
    pub statistics: Statistics,
    /// w, (channels).
    pub weight: TensorId,
    /// dx, of delta's shape.
    pub below: BufferId,
    /// Whether `below` is set or added to.
    pub mode: Mode,
}

impl Describe for LayerNormBackward {
    fn reads(&self) -> Vec<Place> {
        let buffers = [self.delta, self.x, self.statistics.buffer].map(Place::Buffer);
        [&buffers[..], &[Place::Tensor(self.weight)]].concat()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.below, self.mode)]
    }
}
