//! z += b, a = f(z), slope = f'(z). Twin of `shaders/bias_activation.wgsl`.

use super::bias::add_bias;
use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::bias_activation::BiasActivation;

impl Execute for BiasActivation {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let Site { plan, tensors, layout, workspace, .. } = site;
        workspace.with(self.z, |z, workspace| {
            if let Some(bias) = self.bias {
                add_bias(z, tensors.of(layout, bias), plan.positions(self.z, bias));
            }
            workspace.with(self.a, |a, workspace| {
                workspace.with_optional(self.slope, |slope, workspace| {
                    let parameter = self.parameter.map(|own| tensors.of(layout, own));
                    let (f, others) = (&self.function.expression, parameter.unwrap_or_default());
                    f.evaluate_block(z, others, a, slope, &mut workspace.scratch);
                });
            });
        });
    }
}
