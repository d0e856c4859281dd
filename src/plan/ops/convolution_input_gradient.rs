//! `dx[i, c, s] = Σ W[o, c, j] · delta[i, o, p]` over the o, j, p with `p·stride + j·dilation - before = s`
//!
//! The full convolution of delta, the gradient of the loss by z, with the reversed kernel. Letters and shapes are
//! those of `convolution`; dx has the shape of x, delta that of z.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the input of a convolution.
#[derive(Debug, Clone)]
pub struct ConvolutionInputGradient {
    /// The sizes.
    pub windows: Windows,
    /// The gradient with respect to z, rows of (filters, positions).
    pub delta: BufferId,
    /// W, (filters, channels, taps).
    pub weight: TensorId,
    /// dx, rows of (channels, height, width).
    pub below: BufferId,
    /// Whether `below` is set or added to.
    pub mode: Mode,
}

impl Describe for ConvolutionInputGradient {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.delta), Place::Tensor(self.weight)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.below, self.mode)]
    }
}
