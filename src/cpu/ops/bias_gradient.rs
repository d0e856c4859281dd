//! db[channel] = Σ over rows and positions of delta[row, channel, position]. Twin of
//! `shaders/bias_gradient.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::View;
use crate::plan::ops::bias_gradient::BiasGradient;

/// Adds the rows of `delta` in their order; a dense layer's units are channels of one position.
pub(crate) fn bias_gradient<T: Real>(delta: &[T], gradient: &mut [T], positions: usize) {
    for row in delta.chunks_exact(gradient.len() * positions) {
        if positions == 1 {
            // The same sums, as a loop over units that vectorises.
            gradient.iter_mut().zip(row).for_each(|(gradient, delta)| *gradient += *delta);
            continue;
        }
        for (gradient, channel) in gradient.iter_mut().zip(row.chunks_exact(positions)) {
            *gradient += sum(channel);
        }
    }
}

/// Eight running sums rather than one, so that the loop vectorises; their order is fixed.
fn sum<T: Real>(values: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += *value);
    }
    let mut total = T::ZERO;
    sums.iter().chain(rest).for_each(|value| total += *value);
    total
}

impl Execute for BiasGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let View { buffer, offset, columns, .. } = self.delta;
        let positions = columns / site.plan.tensor_len(self.bias);
        let row_len = site.plan.row_len(buffer);
        site.with_gradient(self.bias, self.mode, |gradient, site| {
            let delta = site.workspace.of(buffer);
            if self.delta.is_whole(row_len) {
                return bias_gradient(delta, gradient, positions);
            }
            for row in delta.chunks_exact(self.delta.stride(row_len)) {
                bias_gradient(&row[offset..offset + columns], gradient, positions);
            }
        });
    }
}
