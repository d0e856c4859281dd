//! loss = Σ_k (softplus(z[k]) - y[k]·z[k]) / outputs,
//! delta = (sigmoid(z) - y) / outputs · weight · gradient scale.
//! Twin of `shaders/multi_label_cross_entropy.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::cpu::batch::Batch;
use crate::math::Real;
use crate::plan::ops::multi_label_cross_entropy::MultiLabelCrossEntropy;

/// The loss of each row and the gradient of the batch's loss by its logits; the truth is 0 or 1 per label.
pub(crate) fn multi_label_cross_entropy<T: Real>(
    z: &[T],
    truth: &[T],
    weights: &[T],
    gradient_scale: T,
    losses: &mut [T],
    delta: &mut [T],
) {
    let outputs = z.len() / weights.len();
    let share = T::ONE / T::from_f64(outputs as f64);
    let rows = z.chunks_exact(outputs).zip(truth.chunks_exact(outputs));
    let results = delta.chunks_exact_mut(outputs).zip(losses);
    for (((z, truth), (delta, loss)), &weight) in rows.zip(results).zip(weights) {
        let scale = share * (weight * gradient_scale);
        let mut sum = T::ZERO;
        for ((&z, &y), delta) in z.iter().zip(truth).zip(delta) {
            sum += z.softplus() - y * z;
            // A row that weighs nothing pulls at nothing, whatever its delta.
            *delta = if weight > T::ZERO { (z.sigmoid() - y) * scale } else { T::ZERO };
        }
        *loss = sum * share;
    }
}

impl Execute for MultiLabelCrossEntropy {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let scale = site.gradient_scale;
        site.workspace.with_batch(self.logits, self.delta, |batch, z, delta| {
            let Batch { values, weights, losses, .. } = batch;
            multi_label_cross_entropy(z, values, weights, scale, losses, delta);
        });
    }
}
