//! `loss[i] = ln Σj e^z[i, j] - z[i, y[i]]`, `delta[i, k] = (softmax(z)[i, k] - t[i, k]) · w[i] · scale`
//!
//! z is the logit of class k of row i, (rows, classes), y the class of the row, t 1 where k is that class and 0
//! elsewhere, w the weight of the row, scale that of the step.

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;

/// The loss of classes, from one logit per class.
#[derive(Debug, Clone)]
pub struct SoftmaxCrossEntropy {
    /// The logits: (rows, outputs).
    pub logits: BufferId,
    /// The gradient with respect to the logits, of the same shape, times the weight of the row and the scale of the
    /// step.
    pub delta: BufferId,
}

impl Describe for SoftmaxCrossEntropy {
    fn reads(&self) -> Vec<Place> {
        Array::of_loss(self.logits)
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::losses(), Write::set(self.delta)]
    }
}
