//! `loss[i] = Σk l(ŷ[i, k] - y[i, k]) / outputs`, `delta[i, k] = l'(ŷ[i, k] - y[i, k]) / outputs · w[i] · scale`
//!
//! ŷ is output k of row i, (rows, outputs), y its target, l the loss of an error, w the weight of the row, scale
//! that of the step.

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::loss::ValueLoss;

/// The loss of values.
#[derive(Debug, Clone)]
pub struct LossOfValues {
    /// The loss l(e) of one error.
    pub loss: ValueLoss,
    /// The outputs of the network: (rows, outputs).
    pub logits: BufferId,
    /// The gradient with respect to the logits, of the same shape, times the weight of the row and the scale of the
    /// step.
    pub delta: BufferId,
}

impl Describe for LossOfValues {
    fn reads(&self) -> Vec<Place> {
        Array::of_loss(self.logits)
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::losses(), Write::set(self.delta)]
    }
}
