//! Reverse mode: from the operations of a training list to those of its gradient (Griewank and Walther,
//! "Evaluating Derivatives", 2008).

use super::access::{Mode, Place};
use super::buffer::{Buffer, BufferId, Element};
use super::ops::Operation;
use super::tensor::{Tensor, TensorId};
use super::view::View;

/// The gradient of a training list, built from its last operation to its first.
///
/// The gradient of the loss by a buffer is its delta. The first operation that writes a delta sets it, later ones add
/// to it: so a buffer that is read twice, as by a skip or at several time steps, gets the sum of both gradients.
pub struct Tape<'a> {
    buffers: &'a mut Vec<Buffer>,
    tensors: &'a [Tensor],
    /// Whether each buffer depends on a trainable tensor.
    learned: Vec<bool>,
    /// The delta of each buffer, once an operation writes it.
    deltas: Vec<Option<BufferId>>,
    /// Whether an operation writes the gradient of each tensor.
    gradients: Vec<bool>,
    backward: Vec<Operation>,
}

/// The operations from `delta`, the gradient of the loss by `logits`, to the gradient with respect to every trainable
/// tensor; without those that lead to the input alone.
pub fn backward(
    training: &[Operation],
    (logits, delta): (BufferId, BufferId),
    buffers: &mut Vec<Buffer>,
    tensors: &[Tensor],
) -> Vec<Operation> {
    let mut tape = Tape {
        learned: learned(training, buffers.len(), tensors),
        deltas: vec![None; buffers.len()],
        gradients: vec![false; tensors.len()],
        buffers,
        tensors,
        backward: vec![],
    };
    tape.deltas[logits.0] = Some(delta);
    for operation in training.iter().rev() {
        operation.backward(&mut tape);
    }
    tape.backward
}

/// Whether each buffer depends on a trainable tensor.
fn learned(training: &[Operation], buffers: usize, tensors: &[Tensor]) -> Vec<bool> {
    let mut learned = vec![false; buffers];
    for operation in training {
        let is_learned = operation.reads().into_iter().any(|place| match place {
            Place::Buffer(buffer) => learned[buffer.0],
            Place::Tensor(tensor) => tensors[tensor.0].trainable,
            Place::Gradient(_) | Place::Array(_) => false,
        });
        for write in operation.writes() {
            if let Place::Buffer(buffer) = write.place {
                learned[buffer.0] |= is_learned;
            }
        }
    }
    learned
}

impl Tape<'_> {
    /// Appends an operation.
    pub fn push(&mut self, operation: impl Into<Operation>) {
        self.backward.push(operation.into());
    }

    /// The delta of a buffer that an operation made; None if the loss does not depend on the buffer.
    pub fn delta(&self, made: BufferId) -> Option<BufferId> {
        self.deltas[made.0]
    }

    /// The delta of a buffer, and how to write it; None if the buffer depends on no trainable tensor.
    pub fn to_delta(&mut self, of: BufferId) -> Option<(BufferId, Mode)> {
        if !self.learned[of.0] {
            return None;
        }
        if let Some(delta) = self.deltas[of.0] {
            return Some((delta, Mode::Add));
        }
        let Buffer { name, shape, .. } = &self.buffers[of.0];
        let (name, shape) = (delta_name(name), shape.clone());
        Some((self.new_delta(of, name, shape), Mode::Set))
    }

    /// The part of a buffer's delta for a view of the buffer, and how to write it; the other parts are 0 until an
    /// operation adds to them.
    pub fn to_view(&mut self, of: View) -> Option<(View, Mode)> {
        let is_whole = of.is_whole(self.row_len(of.buffer));
        let (delta, mode) = self.to_delta(of.buffer)?;
        if is_whole || mode == Mode::Add {
            return Some((of.of(delta), mode));
        }
        self.push(Operation::zero(delta));
        Some((of.of(delta), Mode::Add))
    }

    /// How to write the gradient with respect to a tensor; None if the tensor is not trainable.
    pub fn to_gradient(&mut self, of: TensorId) -> Option<Mode> {
        if !self.tensors[of.0].trainable {
            return None;
        }
        let is_written = std::mem::replace(&mut self.gradients[of.0], true);
        Some(if is_written { Mode::Add } else { Mode::Set })
    }

    /// Makes the delta of `from`, which no operation reads any more, the delta of `to`.
    pub fn moved(&mut self, from: BufferId, to: BufferId) {
        let Some(delta) = self.deltas[from.0].filter(|_| self.learned[to.0]) else { return };
        match self.deltas[to.0] {
            None => self.deltas[to.0] = Some(delta),
            Some(other) if other == delta => {}
            Some(other) => self.push(Operation::add(delta, other)),
        }
    }

    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.buffers[buffer.0].shape.iter().product()
    }

    /// A new buffer, rows of this shape, that is the delta of another.
    pub fn new_delta(&mut self, of: BufferId, name: String, shape: Vec<usize>) -> BufferId {
        let delta = self.new_buffer(name, shape);
        self.deltas[of.0] = Some(delta);
        delta
    }

    /// The name of a buffer.
    pub fn name(&self, of: BufferId) -> &str {
        &self.buffers[of.0].name
    }

    /// A new buffer, rows of this shape.
    pub fn new_buffer(&mut self, name: String, shape: Vec<usize>) -> BufferId {
        self.buffers.push(Buffer { name, shape, is_of_batch: false, element: Element::Real });
        self.deltas.push(None);
        self.learned.push(false);
        BufferId(self.buffers.len() - 1)
    }
}

/// The name of a buffer's delta: that of z3 or a3 is delta3, that of x delta0.
pub fn delta_name(buffer: &str) -> String {
    let number = buffer.strip_prefix(['z', 'a']);
    match number {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("delta{number}")
        }
        _ if buffer == "x" => "delta0".into(),
        _ => format!("delta of {buffer}"),
    }
}
