//! dα = Σ over rows and units of da · min(z, 0).

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by PReLU's alpha.
#[derive(Debug, Clone)]
pub struct PreluGradient {
    /// z
    pub z: BufferId,
    /// The gradient of the loss by a, of z's shape.
    pub delta: BufferId,
    /// The layer's alpha, of one element.
    pub alpha: TensorId,
    /// Whether it is set or added.
    pub mode: Mode,
}

impl Describe for PreluGradient {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.z), Place::Buffer(self.delta)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::gradient(self.alpha, self.mode)]
    }
}
