//! a = 1 / (1 + e^-z). Twin of `shaders/sigmoid.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::sigmoid::Sigmoid;

/// The probability of class 1 from its logit.
pub(crate) fn sigmoid<T: Real>(z: &[T], a: &mut [T]) {
    for (a, &z) in a.iter_mut().zip(z) {
        *a = z.sigmoid();
    }
}

impl Execute for Sigmoid {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.a, |a, workspace| sigmoid(workspace.of(self.z), a));
    }
}
