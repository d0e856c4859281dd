//! The places that operations read and write.

use super::buffer::BufferId;
use super::tensor::TensorId;

/// Something that an operation reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The rows of a batch in a buffer.
    Buffer(BufferId),
    /// The values of a tensor.
    Tensor(TensorId),
    /// The gradient of the loss by a tensor.
    Gradient(TensorId),
    /// An array of the data set, gathered with the rows of a batch.
    Array(Array),
}

/// An array of one value per row, outside the buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Array {
    /// The class of a row, or its scaled targets.
    Targets,
    /// The weight of a row in the loss.
    RowWeights,
    /// The loss of a row.
    Losses,
}

/// Whether a result replaces the old value or is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// out = result
    Set,
    /// out += result
    Add,
}

/// A place that an operation writes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// The place.
    pub place: Place,
    /// Whether it sets or adds.
    pub mode: Mode,
}

impl Array {
    /// The places that a loss reads: the logits, the targets and the weights of the rows.
    pub fn of_loss(logits: BufferId) -> Vec<Place> {
        let arrays = [Array::Targets, Array::RowWeights].map(Place::Array);
        [&[Place::Buffer(logits)], &arrays[..]].concat()
    }
}

impl Write {
    /// The losses of the rows.
    pub fn losses() -> Self {
        Write { place: Place::Array(Array::Losses), mode: Mode::Set }
    }

    /// A buffer that is set.
    pub fn set(buffer: BufferId) -> Self {
        Write { place: Place::Buffer(buffer), mode: Mode::Set }
    }

    /// A buffer that is set or added to.
    pub fn to(buffer: BufferId, mode: Mode) -> Self {
        Write { place: Place::Buffer(buffer), mode }
    }

    /// The values of a tensor that is kept and not trained.
    pub fn tensor(tensor: TensorId) -> Self {
        Write { place: Place::Tensor(tensor), mode: Mode::Set }
    }

    /// The gradient with respect to a tensor.
    pub fn gradient(tensor: TensorId, mode: Mode) -> Self {
        Write { place: Place::Gradient(tensor), mode }
    }
}
