//! dα = Σ over rows and units of da · ∂f/∂α(z, α). Twin of `shaders/parameter_gradient.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::expr::{Expression, Scratch};
use crate::math::Real;
use crate::plan::ops::parameter_gradient::ParameterGradient;

/// Elements per block of slopes.
const AT_ONCE: usize = 64;

/// The gradient of an activation's parameter from the gradient with respect to a, before it becomes the gradient with
/// respect to z.
fn parameter_gradient<T: Real>(
    slope: &Expression,
    z: &[T],
    parameter: T,
    delta: &[T],
    scratch: &mut Scratch<T>,
) -> T {
    let mut slopes = [T::ZERO; AT_ONCE];
    let mut sum = T::ZERO;
    for (z, delta) in z.chunks(AT_ONCE).zip(delta.chunks(AT_ONCE)) {
        slope.evaluate_block(z, &[parameter], &mut slopes[..z.len()], None, scratch);
        for (&slope, &delta) in slopes.iter().zip(delta) {
            sum += delta * slope;
        }
    }
    sum
}

impl Execute for ParameterGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.with_gradient(self.parameter, self.mode, |gradient, site| {
            let Site { tensors, layout, workspace, .. } = site;
            let parameter = tensors.of(layout, self.parameter)[0];
            workspace.with(self.z, |z, workspace| {
                workspace.with(self.delta, |delta, workspace| {
                    let scratch = &mut workspace.scratch;
                    gradient[0] += parameter_gradient(&self.slope, z, parameter, delta, scratch);
                });
            });
        });
    }
}
