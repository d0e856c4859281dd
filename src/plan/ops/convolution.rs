//! `z[i, o, p] = Σc Σj W[o, c, j] · x[i, c, p·stride + j·dilation - before]`, x = 0 outside
//!
//! i is a row, o a filter, c a channel; positions p and taps j have two axes each, of which a signal uses the
//! second; before is the padding in front. x is (rows, channels, height · width), W (filters, channels, taps), z
//! (rows, filters, positions).

use super::Describe;
use super::convolution_input_gradient::ConvolutionInputGradient;
use super::convolution_kernel_gradient::ConvolutionKernelGradient;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;

/// A convolution of each row of a batch.
#[derive(Debug, Clone)]
pub struct Convolution {
    /// The sizes.
    pub windows: Windows,
    /// x, rows of (channels, height, width).
    pub x: BufferId,
    /// W, (filters, channels, taps).
    pub weight: TensorId,
    /// z, rows of (filters, positions).
    pub z: BufferId,
}

impl Describe for Convolution {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.x), Place::Tensor(self.weight)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.z)]
    }

    fn backward(&self, tape: &mut Tape) {
        let &Convolution { windows, x, weight, z } = self;
        let Some(delta) = tape.delta(z) else { return };
        if let Some(mode) = tape.to_gradient(weight) {
            tape.push(ConvolutionKernelGradient { windows, delta, x, weight, mode });
        }
        if let Some((below, mode)) = tape.to_delta(x) {
            tape.push(ConvolutionInputGradient { windows, delta, weight, below, mode });
        }
    }
}
