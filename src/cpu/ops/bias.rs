//! z += b. Twin of `shaders/bias.wgsl`; the first half of `bias_activation.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::bias::Bias;

/// z[row, channel, position] += bias[channel]; a dense layer's units are channels of one position.
pub(crate) fn add_bias<T: Real>(z: &mut [T], bias: &[T], positions: usize) {
    for row in z.chunks_exact_mut(bias.len() * positions) {
        if positions == 1 {
            // The same sums, as a loop over units that vectorises.
            row.iter_mut().zip(bias).for_each(|(z, b)| *z += *b);
            continue;
        }
        for (channel, b) in row.chunks_exact_mut(positions).zip(bias) {
            channel.iter_mut().for_each(|z| *z += *b);
        }
    }
}

impl Execute for Bias {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let positions = site.plan.positions(self.z, self.bias);
        let bias = &site.tensors.of(site.layout, self.bias);
        site.workspace.with(self.z, |z, _| add_bias(z, bias, positions));
    }
}
