//! The operation of a loss.

use super::buffer::BufferId;
use super::loss::Loss;
use super::ops::Operation;
use super::ops::binary_cross_entropy::BinaryCrossEntropy;
use super::ops::multi_label_cross_entropy::MultiLabelCrossEntropy;
use super::ops::softmax_cross_entropy::SoftmaxCrossEntropy;
use super::ops::value_loss::LossOfValues;

/// What takes a loss of the rows of a batch, and writes its gradient by their scores.
pub fn measure(loss: &Loss, scores: BufferId, delta: BufferId) -> Operation {
    match loss {
        Loss::SoftmaxCrossEntropy => SoftmaxCrossEntropy { scores, delta }.into(),
        Loss::BinaryCrossEntropy => BinaryCrossEntropy { scores, delta }.into(),
        Loss::MultiLabelCrossEntropy => MultiLabelCrossEntropy { scores, delta }.into(),
        Loss::OfValues(loss) => LossOfValues { loss: loss.clone(), scores, delta }.into(),
    }
}
