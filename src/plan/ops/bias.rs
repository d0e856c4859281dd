//! `z[i, c, p] += b[c]`
//!
//! i is a row, c a channel, p a position; a unit of a dense layer is a channel of one position. z is (rows,
//! channels, positions), b (channels).

use super::Describe;
use super::bias_gradient::BiasGradient;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;
use crate::plan::view::View;

/// The bias of a linear layer.
#[derive(Debug, Clone)]
pub struct Bias {
    /// The products before, z after: rows of (channels, positions). A unit of a dense layer is a channel of one
    /// position.
    pub z: BufferId,
    /// b, (channels).
    pub bias: TensorId,
}

impl Describe for Bias {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.z), Place::Tensor(self.bias)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.z)]
    }

    fn backward(&self, tape: &mut Tape) {
        push_gradient(tape, self.z, self.bias);
    }
}

/// Pushes the gradient with respect to a bias that is added to z.
pub(super) fn push_gradient(tape: &mut Tape, z: BufferId, bias: TensorId) {
    if let Some(delta) = tape.delta(z)
        && let Some(mode) = tape.to_gradient(bias)
    {
        let delta = View::whole(delta, tape.row_len(delta));
        tape.push(BiasGradient { delta, bias, mode });
    }
}
