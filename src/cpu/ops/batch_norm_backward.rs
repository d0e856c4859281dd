//! dx = w · scale · (delta - db / n - y · dw / n), y = (x - mean) · scale. Twin of `shaders/batch_norm_backward.wgsl`.

use super::execute::Execute;
use super::norm::Norm;
use super::product::Product;
use super::site::{Site, set};
use crate::plan::ops::batch_norm_backward::BatchNormBackward;

impl Execute for BatchNormBackward {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let norm = Norm::of(site, self.x, self.weight, self.statistics);
        let Site { tensors, layout, gradients, workspace, .. } = site;
        let weight = tensors.of(layout, self.weight);
        let [dw, db] = [self.weight, self.bias].map(|own| &gradients[layout.of(own)]);
        let count = workspace.rows * norm.positions;
        // Running values do not depend on x.
        let share = if count > 1 { T::ONE / T::from_f64(count as f64) } else { T::ZERO };
        workspace.with(self.below, |below, workspace| {
            set(below, self.mode);
            let (x, delta) = (workspace.of(self.x), workspace.of(self.delta));
            let statistics = workspace.of(self.statistics.buffer);
            norm.each_channel(workspace.rows, |i, c, elements| {
                let (mean, scale) = norm.channel(i, c).of(statistics, 0);
                let (db, dw, factor) = (db[c] * share, dw[c] * share, weight[c] * scale);
                for at in elements {
                    let y = (x[at] - mean) * scale;
                    below[at] += factor * (delta[at] - db - y * dw);
                }
            });
        });
    }
}
