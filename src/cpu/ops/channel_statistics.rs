//! Mean and scale of each position over its channels. Twin of `shaders/channel_statistics.wgsl`.

use super::batch_statistics::moments;
use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::channel_statistics::ChannelStatistics;

impl Execute for ChannelStatistics {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let positions = site.plan.row_len(self.statistics) / 2;
        let row_len = site.plan.row_len(self.x);
        let epsilon = T::from_f64(self.epsilon);
        site.workspace.with(self.statistics, |statistics, workspace| {
            let rows = workspace.of(self.x).chunks_exact(row_len);
            for (x, statistics) in rows.zip(statistics.chunks_exact_mut(2 * positions)) {
                let (means, scales) = statistics.split_at_mut(positions);
                for p in 0..positions {
                    let channels = x[p..].iter().step_by(positions).map(std::slice::from_ref);
                    let (mean, variance) = moments(channels, row_len / positions);
                    means[p] = mean;
                    scales[p] = T::ONE / (variance + epsilon).sqrt();
                }
            }
        });
    }
}
