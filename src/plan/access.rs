//! What operations read and write.

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

/// An array beside X and the buffers: of the data set, or of the losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Array {
    /// The class of a row, or its scaled targets.
    Targets,
    /// What a row weighs in the loss.
    RowWeights,
    /// The loss of a row.
    Losses,
}

/// Whether a result takes the place of what was there or joins it.
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
    /// What it writes.
    pub place: Place,
    /// Whether it sets or adds.
    pub mode: Mode,
}

impl Array {
    /// What a loss reads: the logits, and beside them what rows are to be and what they weigh.
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

    /// A buffer.
    pub fn to(buffer: BufferId, mode: Mode) -> Self {
        Write { place: Place::Buffer(buffer), mode }
    }

    /// The gradient of a tensor.
    pub fn gradient(tensor: TensorId, mode: Mode) -> Self {
        Write { place: Place::Gradient(tensor), mode }
    }
}
