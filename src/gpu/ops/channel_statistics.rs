//! Launches `shaders/channel_statistics.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, Size, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::CHANNEL_STATISTICS;
use crate::plan::ops::channel_statistics::ChannelStatistics;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    epsilon: f32,
}

impl Launch for ChannelStatistics {
    /// One thread per position of a row.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let positions = at.plan.row_len(self.statistics) / 2;
        let channels = at.plan.row_len(self.x) / positions;
        let parameters = Parameters {
            capacity: at.capacity(),
            channels: word(channels),
            positions: word(positions),
            epsilon: self.epsilon as f32,
        };
        let buffers = [at.read(self.x), at.write(self.statistics)];
        let size = Size::threads(at.workspace.capacity * positions).iterating(2 * channels);
        at.dispatch(CHANNEL_STATISTICS, Variant::default(), parameters, &buffers, size)
    }
}

/// What the proofs of statistics share.
#[cfg(test)]
pub(super) mod moments {
    use crate::gpu::ops::proof::bench::tolerance;

    /// The tolerances of the mean, the biased variance and the scale of some values. A distance from the mean is off by
    /// the rounding of both: the variance is a sum of terms of (|x| + |mean|)², whose roundings the scale, its power
    /// -1/2, passes on by its derivative.
    pub fn tolerances(values: &[f64], epsilon: f64) -> [f64; 3] {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let terms = values.iter().map(|x| x.abs()).sum::<f64>() / count;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        let made_of = values.iter().map(|x| (x.abs() + mean.abs()).powi(2)).sum::<f64>() / count;
        let scale = 1.0 / (variance + epsilon).sqrt();
        let of_variance = tolerance(values.len() + 2, made_of + epsilon);
        [
            tolerance(values.len() + 1, terms),
            of_variance,
            0.5 * scale.powi(3) * of_variance + tolerance(2, scale),
        ]
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::moments::tolerances;
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for positions in [1, 7] {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, shape.units * positions);
            let statistics = trial.buffer(bench, 2 * positions);
            let epsilon = 1e-3;
            let operation = ChannelStatistics { x, statistics, epsilon };
            let x: Vec<_> = (0..shape.replicas()).map(|r| trial.rows_of(x, r)).collect();
            trial.within(bench, operation, |written| {
                let (row, p) = (written.index / (2 * positions), written.index % positions);
                let is_scale = written.index % (2 * positions) >= positions;
                let own =
                    &x[written.replica][row * shape.units * positions..][..shape.units * positions];
                let own: Vec<f64> = own[p..].iter().copied().step_by(positions).collect();
                tolerances(&own, epsilon)[if is_scale { 2 } else { 0 }]
            });
        }
    }
}
