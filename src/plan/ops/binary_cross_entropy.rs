//! `loss[i] = softplus(z[i]) - y[i]·z[i]`, `delta[i] = (sigmoid(z[i]) - y[i]) · w[i] · scale`
//!
//! z is the logit of row i, (rows, 1), y its class, 0 or 1, w its weight, scale that of the step; softplus(z) is
//! ln(1 + e^z).

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;

/// The loss of two classes, from one logit.
#[derive(Debug, Clone)]
pub struct BinaryCrossEntropy {
    /// The logits: (rows, outputs).
    pub logits: BufferId,
    /// The gradient with respect to the logits, of the same shape, times the weight of the row and the scale of the
    /// step.
    pub delta: BufferId,
}

impl Describe for BinaryCrossEntropy {
    fn reads(&self) -> Vec<Place> {
        Array::of_loss(self.logits)
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::losses(), Write::set(self.delta)]
    }
}
