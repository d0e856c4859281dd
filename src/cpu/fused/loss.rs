//! The losses of a batch, with e^x in whole vectors.

use crate::cpu::batch::Batch;
use crate::cpu::ops::binary_cross_entropy::binary_cross_entropy;
use crate::cpu::ops::multi_label_cross_entropy::multi_label_cross_entropy;
use crate::cpu::ops::softmax_cross_entropy::softmax_cross_entropy;
use crate::cpu::ops::value_loss::value_loss;
use crate::plan::Loss;

/// The losses of the rows, which the batch keeps, and the gradient with respect to their logits; `exponentials` as
/// softmax cross-entropy takes it.
pub(super) fn losses(
    kind: &Loss,
    batch: &mut Batch<f32>,
    logits: &[f32],
    scale: f32,
    delta: &mut [f32],
    exponentials: impl FnOnce(&mut [f32]),
) {
    let Batch { classes, values, weights, losses, errors } = batch;
    losses.resize(weights.len(), 0.0);
    match kind {
        Loss::SoftmaxCrossEntropy => {
            softmax_cross_entropy(logits, classes, weights, scale, losses, delta, exponentials);
        }
        Loss::BinaryCrossEntropy => {
            binary_cross_entropy(logits, classes, weights, scale, losses, delta);
        }
        Loss::MultiLabelCrossEntropy => {
            multi_label_cross_entropy(logits, values, weights, scale, losses, delta);
        }
        Loss::OfValues(loss) => {
            let rows = (logits, &values[..], &weights[..]);
            value_loss(&loss.expression, rows, scale, losses, delta, errors);
        }
    }
}
