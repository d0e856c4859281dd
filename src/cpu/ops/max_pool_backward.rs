//! dx[c, s] = Σ of delta[c, p] over the windows p that x[c, s] won. Twin of `shaders/max_pool_backward.wgsl`,
//! which looks for the windows, one input at a time.

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, set};
use crate::math::Real;
use crate::plan::Windows;
use crate::plan::ops::max_pool_backward::MaxPoolBackward;

impl Execute for MaxPoolBackward {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.below, |below, workspace| {
            set(below, self.mode);
            let (delta, winners) = (workspace.of(self.delta), workspace.indices_of(self.winners));
            max_pool_backward(&self.windows, delta, winners, below);
        });
    }
}

/// Adds each gradient of a window, (channels, positions), to its winner among (channels, height, width).
pub(crate) fn max_pool_backward<T: Real>(
    windows: &Windows,
    delta: &[T],
    winners: &[u32],
    below: &mut [T],
) {
    let positions = windows.positions();
    let channels = delta.chunks_exact(positions).zip(winners.chunks_exact(positions));
    for (below, (delta, winners)) in below.chunks_exact_mut(windows.plane()).zip(channels) {
        for (&delta, &winner) in delta.iter().zip(winners) {
            below[winner as usize] += delta;
        }
    }
}
