//! z = (x - mean) · scale · w. Twin of `shaders/normalize.wgsl`.

use super::execute::Execute;
use super::norm::Norm;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::normalize::Normalize;

impl Execute for Normalize {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let norm = Norm::of(site, self.x, self.weight, self.statistics);
        let weight = site.tensors.of(site.layout, self.weight);
        site.workspace.with(self.z, |z, workspace| {
            let (x, statistics) = (workspace.of(self.x), workspace.of(self.statistics.buffer));
            norm.each_channel(workspace.rows, |i, c, elements| {
                let channel = norm.channel(i, c);
                let elements = z[elements.clone()].iter_mut().zip(&x[elements]);
                for (p, (z, x)) in elements.enumerate() {
                    let (mean, scale) = channel.of(statistics, p);
                    *z = (*x - mean) * scale * weight[c];
                }
            });
        });
    }
}
