//! loss = Σ_k (softplus(z_k) - y_k·z_k) / labels, delta = (sigmoid(z) - y) / labels, of each row.

use super::Describe;
use crate::plan::access::{Array, Place, Write};
use crate::plan::buffer::BufferId;

/// The loss of labels that stand or not, from a logit each.
#[derive(Debug, Clone)]
pub struct MultiLabelCrossEntropy {
    /// What the network says of each row: (rows, outputs).
    pub logits: BufferId,
    /// The gradient by the logits, of the same shape, times the weight of the row and the scale of the step.
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
