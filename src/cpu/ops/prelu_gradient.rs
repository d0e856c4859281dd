//! dα = Σ over rows and units of da · min(z, 0). Twin of `shaders/prelu_gradient.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::prelu_gradient::PreluGradient;

/// The gradient of PReLU's alpha from the gradient by a, before it is turned into that by z.
pub(crate) fn prelu_gradient<T: Real>(z: &[T], delta: &[T]) -> T {
    let mut sum = T::ZERO;
    for (&z, &delta) in z.iter().zip(delta) {
        sum += delta * z.min(T::ZERO);
    }
    sum
}

impl Execute for PreluGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.with_gradient(self.alpha, self.mode, |gradient, site| {
            let Site { workspace, .. } = site;
            gradient[0] += prelu_gradient(workspace.of(self.z), workspace.of(self.delta));
        });
    }
}
