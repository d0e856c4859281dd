//! Reverse mode: from the operations of a training list to those of its gradient (Griewank and Walther,
//! "Evaluating Derivatives", 2008).

use super::access::{Mode, Place};
use super::buffer::{Buffer, BufferId, Element};
use super::ops::Operation;
use super::tensor::{Tensor, TensorId};
use super::view::View;

/// The gradient of a training list as it is put together, from its last operation to its first.
///
/// The gradient of the loss by a buffer is its delta. Who writes one first sets it, who comes later adds to
/// it: what is read twice, as by a skip or at several time steps, loses no gradient.
pub struct Tape<'a> {
    buffers: &'a mut Vec<Buffer>,
    tensors: &'a [Tensor],
    /// Whether each buffer depends on something that is trained.
    learned: Vec<bool>,
    /// The delta of each buffer, once somebody has written it.
    deltas: Vec<Option<BufferId>>,
    /// Whether the gradient of each tensor has been written.
    gradients: Vec<bool>,
    backward: Vec<Operation>,
}

/// The operations from `delta`, the gradient of the loss by `logits`, to that of every trainable tensor;
/// none that would end in the input alone.
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
    /// Puts an operation behind those that are there.
    pub fn push(&mut self, operation: impl Into<Operation>) {
        self.backward.push(operation.into());
    }

    /// The delta of what an operation has made; None where no later operation took it on to the loss.
    pub fn delta(&self, made: BufferId) -> Option<BufferId> {
        self.deltas[made.0]
    }

    /// Where the gradient by a buffer goes, and how; None where nothing learns from it.
    pub fn to_delta(&mut self, of: BufferId) -> Option<(BufferId, Mode)> {
        if !self.learned[of.0] {
            return None;
        }
        if let Some(delta) = self.deltas[of.0] {
            return Some((delta, Mode::Add));
        }
        Some((self.new_delta(of), Mode::Set))
    }

    /// Where the gradient by a part of a buffer goes, and how; the other parts are 0 until somebody adds
    /// to them.
    pub fn to_view(&mut self, of: View) -> Option<(View, Mode)> {
        let is_whole = of.is_whole(self.row_len(of.buffer));
        let (delta, mode) = self.to_delta(of.buffer)?;
        if is_whole || mode == Mode::Add {
            return Some((of.of(delta), mode));
        }
        self.push(Operation::zero(delta));
        Some((of.of(delta), Mode::Add))
    }

    /// How the gradient by a tensor is written; None where it is not trained.
    pub fn to_gradient(&mut self, of: TensorId) -> Option<Mode> {
        if !self.tensors[of.0].trainable {
            return None;
        }
        let is_written = std::mem::replace(&mut self.gradients[of.0], true);
        Some(if is_written { Mode::Add } else { Mode::Set })
    }

    /// Says that the delta of `from` has become that of `to`, in place.
    pub fn moved(&mut self, from: BufferId, to: BufferId) {
        let Some(delta) = self.deltas[from.0] else { return };
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

    fn new_delta(&mut self, of: BufferId) -> BufferId {
        let Buffer { name, shape, .. } = &self.buffers[of.0];
        let (name, shape) = (delta_name(name), shape.clone());
        let delta = BufferId(self.buffers.len());
        self.buffers.push(Buffer { name, shape, element: Element::Real });
        self.deltas[of.0] = Some(delta);
        delta
    }
}

/// The name of a buffer's delta: that of z3 or a3 is delta3.
pub fn delta_name(buffer: &str) -> String {
    let number = buffer.trim_start_matches(|c: char| !c.is_ascii_digit());
    format!("delta{}", if number.is_empty() { "0" } else { number })
}
