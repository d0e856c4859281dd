//! The operation of a loss.

use super::buffer::BufferId;
use super::loss::Loss;
use super::ops::Operation;
use super::ops::binary_cross_entropy::BinaryCrossEntropy;
use super::ops::multi_label_cross_entropy::MultiLabelCrossEntropy;
use super::ops::softmax_cross_entropy::SoftmaxCrossEntropy;
use super::ops::value_loss::LossOfValues;

/// The operation that writes the losses of the rows of a batch, and their gradient `delta` by the logits.
pub fn measure(loss: &Loss, logits: BufferId, delta: BufferId) -> Operation {
    match loss {
        Loss::SoftmaxCrossEntropy => SoftmaxCrossEntropy { logits, delta }.into(),
        Loss::BinaryCrossEntropy => BinaryCrossEntropy { logits, delta }.into(),
        Loss::MultiLabelCrossEntropy => MultiLabelCrossEntropy { logits, delta }.into(),
        Loss::OfValues(loss) => LossOfValues { loss: loss.clone(), logits, delta }.into(),
    }
}
