//! `dW[o, c, j] = Σi Σp delta[i, o, p] · x[i, c, p·stride + j·dilation - before]`, x = 0 outside
//!
//! delta is the gradient of the loss by z. Letters and shapes are those of `convolution`; dW has the shape of W,
//! delta that of z.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the weights of a convolution.
#[derive(Debug, Clone)]
pub struct ConvolutionKernelGradient {
    /// The sizes.
    pub windows: Windows,
    /// The gradient with respect to z, rows of (filters, positions).
    pub delta: BufferId,
    /// x, rows of (channels, height, width).
    pub x: BufferId,
    /// W, (filters, channels, taps), of the gradient.
    pub weight: TensorId,
    /// Whether the gradient is set or added to.
    pub mode: Mode,
}

impl Describe for ConvolutionKernelGradient {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.delta), Place::Buffer(self.x)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::gradient(self.weight, self.mode)]
    }
}
