//! loss = softplus(z) - y·z, delta = (sigmoid(z) - y) · weight · gradient scale.
//! Twin of `shaders/binary_cross_entropy.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::cpu::batch::Batch;
use crate::math::Real;
use crate::plan::ops::binary_cross_entropy::BinaryCrossEntropy;

/// The loss of each row and the gradient of the batch's loss by its logit.
pub(crate) fn binary_cross_entropy<T: Real>(
    z: &[T],
    truth: &[u32],
    weights: &[T],
    gradient_scale: T,
    losses: &mut [T],
    delta: &mut [T],
) {
    for ((((&z, &truth), &weight), loss), delta) in
        z.iter().zip(truth).zip(weights).zip(losses).zip(delta)
    {
        let y = if truth == 1 { T::ONE } else { T::ZERO };
        *loss = z.softplus() - y * z;
        // A row that weighs nothing pulls at nothing, whatever its delta.
        *delta =
            if weight > T::ZERO { (z.sigmoid() - y) * (weight * gradient_scale) } else { T::ZERO };
    }
}

impl Execute for BinaryCrossEntropy {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let scale = site.gradient_scale;
        site.workspace.with_batch(self.logits, self.delta, |batch, z, delta| {
            let Batch { classes, weights, losses, .. } = batch;
            binary_cross_entropy(z, classes, weights, scale, losses, delta);
        });
    }
}
