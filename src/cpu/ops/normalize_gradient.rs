//! dw = Σ delta · (x - mean) · scale of each channel. Twin of `shaders/normalize_gradient.wgsl`.

use super::execute::Execute;
use super::norm::Norm;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::normalize_gradient::NormalizeGradient;

impl Execute for NormalizeGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let norm = Norm::of(site, self.x, self.weight, self.statistics);
        site.with_gradient(self.weight, self.mode, |gradient, site| {
            let workspace = &site.workspace;
            let (x, delta) = (workspace.of(self.x), workspace.of(self.delta));
            let statistics = workspace.of(self.statistics.buffer);
            norm.each_channel(workspace.rows, |i, c, elements| {
                let channel = norm.channel(i, c);
                let mut sum = T::ZERO;
                let elements = x[elements.clone()].iter().zip(&delta[elements]);
                for (p, (x, delta)) in elements.enumerate() {
                    let (mean, scale) = channel.of(statistics, p);
                    sum += *delta * ((*x - mean) * scale);
                }
                gradient[c] += sum;
            });
        });
    }
}
