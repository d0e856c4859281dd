//! dx = scale · (g - mean of g - y · mean of g · y) over the channels of a position, g = w · delta, y = (x - mean) ·
//! scale. Twin of `shaders/layer_norm_backward.wgsl`.

use super::execute::Execute;
use super::norm::Norm;
use super::product::Product;
use super::site::{Site, set};
use crate::plan::ops::layer_norm_backward::LayerNormBackward;

impl Execute for LayerNormBackward {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let norm = Norm::of(site, self.x, self.weight, self.statistics);
        let weight = site.tensors.of(site.layout, self.weight);
        let share = T::ONE / T::from_f64(norm.channels as f64);
        site.workspace.with(self.below, |below, workspace| {
            set(below, self.mode);
            let (x, delta) = (workspace.of(self.x), workspace.of(self.delta));
            let statistics = workspace.of(self.statistics.buffer);
            for (i, row) in below.chunks_exact_mut(norm.row_len()).enumerate() {
                for p in 0..norm.positions {
                    let (mean, scale) = norm.channel(i, 0).of(statistics, p);
                    let own = |c: usize| {
                        let at = (i * norm.channels + c) * norm.positions + p;
                        (weight[c] * delta[at], (x[at] - mean) * scale)
                    };
                    let (mut sum, mut product) = (T::ZERO, T::ZERO);
                    for (g, y) in (0..norm.channels).map(own) {
                        sum += g;
                        product += g * y;
                    }
                    for c in 0..norm.channels {
                        let (g, y) = own(c);
                        row[c * norm.positions + p] +=
                            scale * (g - sum * share - y * product * share);
                    }
                }
            }
        });
    }
}
