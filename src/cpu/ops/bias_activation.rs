//! z += b, a = f(z), slope = f'(z). Twin of `shaders/bias_activation.wgsl` and `shaders/prelu.wgsl`.

use super::bias::add_bias;
use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::bias_activation::{Applied, BiasActivation};

impl Execute for BiasActivation {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let positions = site.plan.positions(self.z, self.bias);
        let Site { tensors, layout, workspace, .. } = site;
        workspace.with(self.z, |z, workspace| {
            add_bias(z, tensors.of(layout, self.bias), positions);
            workspace.with(self.a, |a, workspace| {
                workspace.with_optional(self.slope, |slope, workspace| match &self.function {
                    Applied::Function(f) => {
                        f.expression.evaluate_block(z, &[], a, slope, &mut workspace.scratch);
                    }
                    Applied::Prelu(alpha) => prelu(z, tensors.of(layout, *alpha)[0], a, slope),
                });
            });
        });
    }
}

/// PReLU: a = z for z > 0, else alpha·z; slope = 1, else alpha.
fn prelu<T: Real>(z: &[T], alpha: T, a: &mut [T], slope: Option<&mut [T]>) {
    for (a, &z) in a.iter_mut().zip(z) {
        *a = if z > T::ZERO { z } else { alpha * z };
    }
    if let Some(slope) = slope {
        for (slope, &z) in slope.iter_mut().zip(z) {
            *slope = if z > T::ZERO { T::ONE } else { alpha };
        }
    }
}
