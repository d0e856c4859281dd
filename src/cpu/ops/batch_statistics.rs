//! Mean and scale of each channel of a batch, and their running values. Twin of `shaders/batch_statistics.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::cpu::workspace::Workspace;
use crate::math::Real;
use crate::plan::ops::batch_statistics::BatchStatistics;

impl Execute for BatchStatistics {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let channels = site.plan.tensor_len(self.mean);
        let positions = site.plan.row_len(self.x) / channels;
        // The positions of a row that exist.
        let own = |workspace: &Workspace<T>, i: usize| match self.lengths {
            None => positions,
            Some(lengths) => workspace.indices_of(lengths)[i] as usize,
        };
        let count = (0..site.workspace.rows).map(|i| own(site.workspace, i)).sum();
        if count == 0 {
            return;
        }
        let is_of_batch = self.is_training && count > 1;
        let epsilon = T::from_f64(self.epsilon);
        let Site { tensors, layout, workspace, .. } = site;
        workspace.with(self.statistics, |statistics, workspace| {
            let (means, rest) = statistics.split_at_mut(channels);
            let (scales, of_lengths) = rest.split_at_mut(channels);
            if self.lengths.is_some() {
                of_lengths.fill(T::from_f64(count as f64));
            }
            for c in 0..channels {
                let [mut mean, mut variance] =
                    [self.mean, self.variance].map(|own| tensors.of(layout, own)[c]);
                if is_of_batch {
                    let rows = workspace.of(self.x).chunks_exact(channels * positions);
                    let of_channel =
                        rows.enumerate().map(|(i, row)| &row[c * positions..][..own(workspace, i)]);
                    (mean, variance) = moments(of_channel, count);
                    let unbiased = variance * T::from_f64(count as f64 / (count - 1) as f64);
                    for (own, value) in [(self.mean, mean), (self.variance, unbiased)] {
                        let running = &mut tensors.written(layout, own)[c];
                        *running = moved(*running, value, self.momentum);
                    }
                }
                means[c] = mean;
                scales[c] = T::ONE / (variance + epsilon).sqrt();
            }
        });
    }
}

/// The mean and the biased variance of so many values. The sums are f64: they lose no digits, however many values.
pub(super) fn moments<'a, T: Real>(
    values: impl Iterator<Item = &'a [T]> + Clone,
    count: usize,
) -> (T, T) {
    let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
        values.clone().flatten().map(|value| of(value.to_f64())).sum()
    };
    let mean = sum(&|value| value) / count as f64;
    let variance = sum(&|value| (value - mean) * (value - mean)) / count as f64;
    (T::from_f64(mean), T::from_f64(variance))
}

/// momentum · running + (1 - momentum) · value
fn moved<T: Real>(running: T, value: T, momentum: f64) -> T {
    T::from_f64(momentum) * running + T::from_f64(1.0 - momentum) * value
}
