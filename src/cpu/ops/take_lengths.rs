//! The length of each row, and its samples up to there, 0 behind them. Twin of `shaders/take_lengths.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::take_lengths::TakeLengths;

impl Execute for TakeLengths {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let samples = self.samples;
        site.workspace.with_indices(self.lengths, |lengths, workspace| {
            let row_len = workspace.row_len(self.sequence);
            workspace.with(self.sequence, |sequence, workspace| {
                let rows = workspace.of(self.x).chunks_exact(row_len + 1);
                let rows = rows.zip(sequence.chunks_exact_mut(row_len));
                for ((from, to), length) in rows.zip(lengths) {
                    let own = (from[row_len].to_f64() as usize).min(samples);
                    *length = own as u32;
                    let channels = from[..row_len].chunks_exact(samples);
                    for (from, to) in channels.zip(to.chunks_exact_mut(samples)) {
                        to[..own].copy_from_slice(&from[..own]);
                        to[own..].fill(T::ZERO);
                    }
                }
            });
        });
    }
}
