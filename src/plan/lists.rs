//! The plan: operations over numbered buffers and named tensors. Every backend executes it.

use super::buffer::{Buffer, BufferId};
use super::geometry::Windows;
use super::loss::Loss;
use super::ops::Operation;
use super::tensor::{Tensor, TensorId};
use super::view::View;

/// The operations of a network, and the buffers and tensors that they read and write.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The parameters, in the order of the layers.
    pub tensors: Vec<Tensor>,
    /// The buffers of a batch.
    pub buffers: Vec<Buffer>,
    /// The buffer of the inputs of a batch.
    pub input: BufferId,
    /// The operations from the input to the logits, which also store what the gradient needs.
    pub training: Vec<Operation>,
    /// The same without what only the gradient needs.
    pub inference: Vec<Operation>,
    /// The loss.
    pub loss: Loss,
    /// The buffer that the loss reads: logits, or the outputs of a regression.
    pub logits: BufferId,
    /// The gradient of the loss by the logits.
    pub delta: BufferId,
    /// The operation that writes the losses of the rows and `delta`.
    pub measure: Operation,
    /// The operations from `delta` to the gradient of every trainable tensor.
    pub backward: Vec<Operation>,
    /// The operation from `logits` to `output`; None in a regression.
    pub predict: Option<Operation>,
    /// The buffer of predictions: probabilities or values.
    pub output: BufferId,
}

impl Plan {
    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.buffers[buffer.0].shape.iter().product()
    }

    /// The elements of one row of all buffers together, values of the batch aside.
    pub fn row_elements(&self) -> usize {
        let of_rows = self.buffers.iter().filter(|buffer| !buffer.is_of_batch);
        of_rows.map(|buffer| buffer.shape.iter().product::<usize>()).sum()
    }

    /// The elements of the largest matrix of columns of a convolution of one row; 0 without a convolution.
    pub fn column_elements(&self) -> u128 {
        let convolutions = self.convolutions();
        let elements = convolutions.map(|own| own.terms() as u128 * own.positions() as u128);
        elements.max().unwrap_or(0)
    }

    /// The windows of its convolutions.
    pub fn convolutions(&self) -> impl Iterator<Item = Windows> {
        self.training.iter().filter_map(|operation| match operation {
            Operation::Convolution(convolution) => Some(convolution.windows),
            _ => None,
        })
    }

    /// The view of a whole buffer.
    pub fn whole(&self, buffer: BufferId) -> View {
        View::whole(buffer, self.row_len(buffer))
    }

    /// The elements of a tensor.
    pub fn tensor_len(&self, tensor: TensorId) -> usize {
        self.tensors[tensor.0].len()
    }

    /// Positions per channel of a buffer, whose channels are the elements of `bias`; 1 in a dense layer, whose units are
    /// channels.
    pub fn positions(&self, buffer: BufferId, bias: TensorId) -> usize {
        self.row_len(buffer) / self.tensor_len(bias)
    }

    /// The number of parameters of the layer at this path, `layers.0`, and of those inside it.
    pub fn parameters_of(&self, path: &str) -> usize {
        let own = format!("{path}.");
        let of_layer = |tensor: &&Tensor| tensor.trainable && tensor.name.starts_with(&own);
        self.tensors.iter().filter(of_layer).map(Tensor::len).sum()
    }

    /// The number of parameters, which training moves.
    pub fn parameters(&self) -> usize {
        self.tensors.iter().filter(|tensor| tensor.trainable).map(Tensor::len).sum()
    }

    /// The elements of all tensors: the parameters, and what is kept beside them.
    pub fn tensor_elements(&self) -> usize {
        self.tensors.iter().map(Tensor::len).sum()
    }
}
