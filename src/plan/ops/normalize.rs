//! `z[i, c, p] = (x[i, c, p] - mean) · scale · w[c]`
//!
//! i is a row, c a channel, p a position. mean and scale are those of c (`batch_statistics`) or of i and p
//! (`channel_statistics`). x and z are (rows, channels, positions), w (channels); the operation after it adds the bias.

use super::Describe;
use super::batch_norm_backward::BatchNormBackward;
use super::layer_norm_backward::LayerNormBackward;
use super::normalize_gradient::NormalizeGradient;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::statistics::{Over, Statistics};
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;

/// Scales channels to mean 0 and variance 1, and then by w.
#[derive(Debug, Clone)]
pub struct Normalize {
    /// x, rows of (channels, positions).
    pub x: BufferId,
    /// Mean and scale.
    pub statistics: Statistics,
    /// w, (channels).
    pub weight: TensorId,
    /// The bias that is added to z, (channels).
    pub bias: TensorId,
    /// z, of x's shape.
    pub z: BufferId,
}

impl Describe for Normalize {
    fn reads(&self) -> Vec<Place> {
        let statistics = Place::Buffer(self.statistics.buffer);
        vec![Place::Buffer(self.x), statistics, Place::Tensor(self.weight)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.z)]
    }

    /// The gradients with respect to w and the bias are sums that the gradient with respect to x is made of.
    fn backward(&self, tape: &mut Tape) {
        let &Normalize { x, statistics, weight, bias, z } = self;
        let Some(delta) = tape.delta(z) else { return };
        if let Some(mode) = tape.to_gradient(weight) {
            tape.push(NormalizeGradient { delta, x, statistics, weight, mode });
        }
        let Some((below, mode)) = tape.to_delta(x) else { return };
        match statistics.over {
            Over::Batch => {
                tape.push(BatchNormBackward { delta, x, statistics, weight, bias, below, mode });
            }
            Over::Channels => {
                tape.push(LayerNormBackward { delta, x, statistics, weight, below, mode });
            }
        }
    }
}
