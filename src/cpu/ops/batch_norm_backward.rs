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
        workspace.with(self.below, |below, workspace| {
            set(below, self.mode);
            let (x, delta) = (workspace.of(self.x), workspace.of(self.delta));
            let statistics = workspace.of(self.statistics.buffer);
            let lengths = self.statistics.lengths.map(|own| workspace.indices_of(own));
            let count = match lengths {
                None => T::from_f64((workspace.rows * norm.positions) as f64),
                Some(_) => statistics[2 * norm.channels],
            };
            // Running values do not depend on x.
            let share = if count > T::ONE { T::ONE / count } else { T::ZERO };
            norm.each_channel(workspace.rows, |i, c, elements| {
                let (mean, scale) = norm.channel(i, c).of(statistics, 0);
                let (db, dw, factor) = (db[c] * share, dw[c] * share, weight[c] * scale);
                let own = lengths.map_or(elements.len(), |lengths| lengths[i] as usize);
                for at in elements.take(own) {
                    let y = (x[at] - mean) * scale;
                    below[at] += factor * (delta[at] - db - y * dw);
                }
            });
        });
    }
}
