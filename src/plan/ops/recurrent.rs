//! simple: `h(t) = f(s)`; gru: `r = σ(s_r), z = σ(s_z), q = U_n h(t-1) + c, n = tanh(p_n + b_n + r q),
//! h(t) = (1 - z) n + z h(t-1)`; lstm: `i = σ(s_i), f = σ(s_f), g = tanh(s_g), o = σ(s_o), c(t) = f c(t-1) + i g,
//! h(t) = o tanh(c(t))`
//!
//! t is a time step of a row; h is (rows, steps, units), or (rows, units) of the last step; the products of the inputs p
//! are (rows, steps, gates · units), U (gates · units, units), b (gates · units), c of n (units). The sum of a gate is `s_g =
//! p_g(t) + U_g h(t-1) + b_g`, products are element by element. h and c begin at 0; reversed, t goes from the last step to
//! the first, and t-1 is t+1. At a step that a row does not have h and c stay as they are, and the output is 0.

use super::Describe;
use super::bias_gradient::BiasGradient;
use super::matmul::{Factor, MatMul, Out};
use super::recurrent_backward::RecurrentBackward;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::recurrence::Recurrence;
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;
use crate::plan::view::View;

/// A recurrence over all time steps.
#[derive(Debug, Clone)]
pub struct Recurrent {
    /// The cell and the sizes.
    pub recurrence: Recurrence,
    /// p, the products of the inputs, rows of (steps, gates · units).
    pub z: BufferId,
    /// U, (gates · units, units).
    pub weight: TensorId,
    /// b, (gates · units).
    pub bias: TensorId,
    /// c of a GRU's n, (units); other cells have none.
    pub recurrent_bias: Option<TensorId>,
    /// h of every time step, rows of the view, or of the last step of the scan.
    pub h: View,
    /// h, the next h, and c of an LSTM: rows of (2 or 3, units).
    pub state: BufferId,
    /// What the gradient needs, rows of (steps, saved · units); None in inference.
    pub saved: Option<BufferId>,
}

impl Describe for Recurrent {
    fn reads(&self) -> Vec<Place> {
        let tensors = [self.weight, self.bias].into_iter().chain(self.recurrent_bias);
        let buffers = [self.z].into_iter().chain(self.recurrence.lengths);
        buffers.map(Place::Buffer).chain(tensors.map(Place::Tensor)).collect()
    }

    fn writes(&self) -> Vec<Write> {
        let buffers = [self.h.buffer, self.state].into_iter().chain(self.saved);
        buffers.map(Write::set).collect()
    }

    /// With D the gradients with respect to the sums: that by U is Dᵀ · h(t-1) over all rows and time steps, and those by
    /// the biases are sums.
    fn backward(&self, tape: &mut Tape) {
        let Recurrent { recurrence, z, weight, bias, recurrent_bias, h, saved, .. } = self.clone();
        let (Some(saved), Some(delta)) = (saved, tape.delta(h.buffer)) else { return };
        let Recurrence { ref cell, steps, units, .. } = recurrence;
        let (gates, numbers) = (cell.gates(), cell.deltas());
        let name = tape.name(z);
        let (of_sums, carried) = (format!("delta of {name}"), format!("carried to {name}"));
        let deltas = tape.new_delta(z, of_sums, vec![steps, numbers * units]);
        let state = tape.new_buffer(carried, vec![2, units]);
        let recurrence = recurrence.clone();
        let of_products = recurrence.part(deltas, numbers - gates, gates);
        let before = recurrence.part(saved, cell.saved() - 1, 1);
        let of_sums = recurrence.part(deltas, 0, gates);
        let of_q = recurrence.part(deltas, numbers - 1, 1);
        let delta = h.of(delta);
        tape.push(RecurrentBackward { recurrence, delta, weight, saved, deltas, state });
        if let Some(mode) = tape.to_gradient(weight) {
            let (left, right) = (Factor::view(of_products).transpose(), Factor::view(before));
            tape.push(MatMul { left, right, out: Out::Gradient(weight), mode });
        }
        let biases = [(Some(bias), of_sums), (recurrent_bias, of_q)];
        for (bias, delta) in biases {
            if let Some(bias) = bias
                && let Some(mode) = tape.to_gradient(bias)
            {
                tape.push(BiasGradient { delta, bias, mode });
            }
        }
    }

    fn inference(&self) -> Option<super::Operation> {
        Some(Recurrent { saved: None, ..self.clone() }.into())
    }
}
