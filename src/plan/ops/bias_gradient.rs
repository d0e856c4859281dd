//! `db[c] = Σi Σp delta[i, c, p]`
//!
//! delta is the gradient of the loss by z, a view of (rows, channels · positions), i a row of it, p a position; db is
//! (channels).

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::tensor::TensorId;
use crate::plan::view::View;

/// The gradient of the loss by a bias.
#[derive(Debug, Clone)]
pub struct BiasGradient {
    /// The gradient with respect to z: rows of (channels, positions).
    pub delta: View,
    /// The bias, (channels).
    pub bias: TensorId,
    /// Whether the gradient is set or added to.
    pub mode: Mode,
}

impl Describe for BiasGradient {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.delta.buffer)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::gradient(self.bias, self.mode)]
    }
}
