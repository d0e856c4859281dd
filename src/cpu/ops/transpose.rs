//! to[b, a] = from[a, b] of each row, or to[b, a] += from[a, b]. Twin of `shaders/transpose.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, set};
use crate::plan::ops::transpose::Transpose;

impl Execute for Transpose {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let [m, n] = self.shape;
        site.workspace.with(self.to, |to, workspace| {
            set(to, self.mode);
            let rows = workspace.of(self.from).chunks_exact(m * n);
            for (from, to) in rows.zip(to.chunks_exact_mut(m * n)) {
                for (b, to) in to.chunks_exact_mut(m).enumerate() {
                    to.iter_mut().enumerate().for_each(|(a, to)| *to += from[a * n + b]);
                }
            }
        });
    }
}
