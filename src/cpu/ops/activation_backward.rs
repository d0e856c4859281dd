//! delta = delta ⊙ f'(z). Twin of `shaders/activation_backward.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::activation_backward::ActivationBackward;

/// delta[i] *= slope[i]
pub(crate) fn activation_backward<T: Real>(delta: &mut [T], slope: &[T]) {
    for (delta, slope) in delta.iter_mut().zip(slope) {
        *delta *= *slope;
    }
}

impl Execute for ActivationBackward {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.delta, |delta, workspace| {
            activation_backward(delta, workspace.of(self.slope));
        });
    }
}
