//! loss = log Σ_j e^(z_j) - z_true, delta = softmax(z) - y, of each row and its class.

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;

/// The loss of classes, from a logit each.
#[derive(Debug, Clone)]
pub struct SoftmaxCrossEntropy {
    /// What the network says of each row: (rows, outputs).
    pub logits: BufferId,
    /// The gradient by the logits, of the same shape, times the weight of the row and the scale of the step.
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
