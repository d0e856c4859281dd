//! The plan: operations over numbered buffers and named tensors. Every backend executes it.

use super::buffer::{Buffer, BufferId};
use super::geometry::Windows;
use super::loss::Loss;
use super::ops::Operation;
use super::tensor::{Tensor, TensorId};
use super::view::View;

/// What a network lowers to.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The parameters, in the order of the layers.
    pub tensors: Vec<Tensor>,
    /// The buffers of a batch.
    pub buffers: Vec<Buffer>,
    /// Where a gathered batch goes.
    pub input: BufferId,
    /// From the input to what the loss reads, with what the gradient needs.
    pub training: Vec<Operation>,
    /// The same where nothing is learned.
    pub inference: Vec<Operation>,
    /// The loss.
    pub loss: Loss,
    /// What the loss reads: logits, or the outputs of a regression.
    pub logits: BufferId,
    /// Where the loss writes its gradient by the logits.
    pub delta: BufferId,
    /// The losses of the rows, and that gradient.
    pub measure: Operation,
    /// From that gradient to the gradient of every trainable tensor.
    pub backward: Vec<Operation>,
    /// From the logits to what a prediction shows; nothing in a regression.
    pub predict: Option<Operation>,
    /// What a prediction shows: probabilities or values.
    pub output: BufferId,
}

impl Plan {
    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.buffers[buffer.0].shape.iter().product()
    }

    /// The elements of one row of all buffers together.
    pub fn row_elements(&self) -> usize {
        (0..self.buffers.len()).map(|buffer| self.row_len(BufferId(buffer))).sum()
    }

    /// The elements of the largest matrix of columns that a convolution of one row makes; 0 without one.
    pub fn column_elements(&self) -> u128 {
        let of = |windows: Windows| windows.terms() as u128 * windows.positions() as u128;
        self.convolutions().map(of).max().unwrap_or(0)
    }

    /// The sizes of its convolutions.
    pub fn convolutions(&self) -> impl Iterator<Item = Windows> {
        self.training.iter().filter_map(|operation| match operation {
            Operation::Convolution(convolution) => Some(convolution.windows),
            _ => None,
        })
    }

    /// All of a buffer.
    pub fn whole(&self, buffer: BufferId) -> View {
        View::whole(buffer, self.row_len(buffer))
    }

    /// The elements of a tensor.
    pub fn tensor_len(&self, tensor: TensorId) -> usize {
        self.tensors[tensor.0].shape.iter().product()
    }

    /// The positions of a channel of a buffer that a bias of one element a channel belongs to; 1 in a
    /// dense layer, whose units are channels.
    pub fn positions(&self, buffer: BufferId, bias: TensorId) -> usize {
        self.row_len(buffer) / self.tensor_len(bias)
    }

    /// The number of parameters of layer `index`, counted from 0.
    pub fn layer_parameters(&self, index: usize) -> usize {
        let own = format!("layers.{index}.");
        let of_layer = self.tensors.iter().filter(|tensor| tensor.name.starts_with(&own));
        of_layer.map(|tensor| tensor.shape.iter().product::<usize>()).sum()
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(|t| t.shape.iter().product::<usize>()).sum()
    }
}
