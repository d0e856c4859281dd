//! The plan: operations over numbered buffers and named tensors. Every backend executes it.

use super::buffer::{Buffer, BufferId};
use super::geometry::Windows;
use super::loss::Loss;
use super::ops::Operation;
use super::ops::matmul::{MatMul, Out};
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

    /// The elements of the room that an operation on so many rows works in: the matrix of columns of one row of a
    /// convolution, or the products of h of all rows of a recurrence.
    pub fn room_elements(&self, rows: usize) -> u128 {
        let elements = self.training.iter().map(|operation| match operation {
            Operation::Convolution(own) => {
                own.windows.terms() as u128 * own.windows.positions() as u128
            }
            Operation::Recurrent(own) => {
                rows as u128 * (own.recurrence.cell.gates() * own.recurrence.units) as u128
            }
            _ => 0,
        });
        elements.max().unwrap_or(0)
    }

    /// Whether it has a recurrence.
    pub fn is_recurrent(&self) -> bool {
        self.training.iter().any(|operation| matches!(operation, Operation::Recurrent(_)))
    }

    /// Whether an operation takes all rows of a batch together: its statistics.
    pub fn takes_whole_batches(&self) -> bool {
        self.buffers.iter().any(|buffer| buffer.is_of_batch)
    }

    /// The most rows of a product per row of the batch: 1, but for those over all time steps.
    pub fn most_rows_of_products(&self) -> usize {
        let rows = self.training.iter().filter_map(|operation| match operation {
            Operation::MatMul(MatMul { out: Out::View(view), .. }) => Some(view.rows),
            _ => None,
        });
        rows.max().unwrap_or(1)
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
