//! loss = ln Σ_j e^(z[j]) - z[true], delta = (softmax(z) - y) · weight · gradient scale.
//! Twin of `shaders/softmax_cross_entropy.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::cpu::batch::Batch;
use crate::math::Real;
use crate::plan::ops::softmax_cross_entropy::SoftmaxCrossEntropy;

/// The loss of each row and the gradient of the batch's loss by its logits.
///
/// `z` and `delta` are (rows, classes); `gradient_scale` is that of the step.
/// `exponentials` takes e^x of every number in place, of all rows at once, which vectorises.
pub(crate) fn softmax_cross_entropy<T: Real>(
    z: &[T],
    truth: &[u32],
    weights: &[T],
    gradient_scale: T,
    losses: &mut [T],
    delta: &mut [T],
    exponentials: impl FnOnce(&mut [T]),
) {
    let classes = z.len() / truth.len();
    for ((z, delta), loss) in
        z.chunks_exact(classes).zip(delta.chunks_exact_mut(classes)).zip(losses.iter_mut())
    {
        let maximum = z.iter().fold(z[0], |m, &z| z.max(m));
        delta.iter_mut().zip(z).for_each(|(delta, &z)| *delta = z - maximum);
        *loss = maximum;
    }
    exponentials(delta);
    let rows = z.chunks_exact(classes).zip(delta.chunks_exact_mut(classes));
    for (((z, delta), loss), (&truth, &weight)) in rows.zip(losses).zip(truth.iter().zip(weights)) {
        let truth = truth as usize;
        let mut sum = T::ZERO;
        delta.iter().for_each(|&exponential| sum += exponential);
        *loss = sum.ln() + (*loss - z[truth]);
        let scale = weight * gradient_scale;
        for delta in delta.iter_mut() {
            *delta = *delta / sum;
        }
        delta[truth] -= T::ONE;
        // A row that weighs nothing pulls at nothing, whatever its delta.
        for delta in delta.iter_mut() {
            *delta = if weight > T::ZERO { *delta * scale } else { T::ZERO };
        }
    }
}

impl Execute for SoftmaxCrossEntropy {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let scale = site.gradient_scale;
        site.workspace.with_batch(self.logits, self.delta, |batch, z, delta| {
            let Batch { classes, weights, losses, .. } = batch;
            let exponentials = |z: &mut [T]| z.iter_mut().for_each(|z| *z = z.exp());
            softmax_cross_entropy(z, classes, weights, scale, losses, delta, exponentials);
        });
    }
}
