//! `loss[i] = Σk (softplus(z[i, k]) - y[i, k]·z[i, k]) / labels`,
//! `delta[i, k] = (sigmoid(z[i, k]) - y[i, k]) / labels · w[i] · scale`
//!
//! z is the logit of label k of row i, (rows, labels), y whether it stands, 1 or 0, w the weight of the row, scale
//! that of the step; softplus(z) is ln(1 + e^z).

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;

/// The loss of labels, from one logit per label.
#[derive(Debug, Clone)]
pub struct MultiLabelCrossEntropy {
    /// The logits: (rows, outputs).
    pub logits: BufferId,
    /// The gradient with respect to the logits, of the same shape, times the weight of the row and the scale of the
    /// step.
    pub delta: BufferId,
}

impl Describe for MultiLabelCrossEntropy {
    fn reads(&self) -> Vec<Place> {
        Array::of_loss(self.logits)
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::losses(), Write::set(self.delta)]
    }
}
