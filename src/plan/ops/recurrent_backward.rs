//! simple: `D = e f'`; gru: `D_n = e (1 - z) (1 - n²), D_r = D_n q r (1 - r), D_z = e (h(t-1) - n) z (1 - z), D_q = D_n r`;
//! lstm: `d += e o (1 - tanh² c), D_i = d g i (1 - i), D_f = d c(t-1) f (1 - f), D_g = d i (1 - g²), D_o = e tanh(c) o (1 -
//! o)`
//!
//! D(t) are the gradients of the loss by the sums of time step t, (rows, steps, deltas · units), from the last step of the
//! scan to the first; letters are those of `recurrent`. e is the gradient by h(t): delta, and what the step after it
//! carries back, `Uᵀ D` with D_q for D_n, and `e z` of a gru. d is that by c(t), which carries back `d f`. At a step that a
//! row does not have D is 0, and what is carried stays.

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::recurrence::Recurrence;
use crate::plan::tensor::TensorId;
use crate::plan::view::View;

/// The gradient through all time steps of a recurrence.
#[derive(Debug, Clone)]
pub struct RecurrentBackward {
    /// The cell and the sizes.
    pub recurrence: Recurrence,
    /// The gradient with respect to h, of every time step or of the last of the scan.
    pub delta: View,
    /// U, (gates · units, units).
    pub weight: TensorId,
    /// What `recurrent` saved, rows of (steps, saved · units).
    pub saved: BufferId,
    /// D, rows of (steps, deltas · units).
    pub deltas: BufferId,
    /// What is carried: the gradients with respect to h and c, rows of (2, units).
    pub state: BufferId,
}

impl Describe for RecurrentBackward {
    fn reads(&self) -> Vec<Place> {
        let buffers = [self.delta.buffer, self.saved].into_iter().chain(self.recurrence.lengths);
        buffers.map(Place::Buffer).chain([Place::Tensor(self.weight)]).collect()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.deltas), Write::set(self.state)]
    }
}
