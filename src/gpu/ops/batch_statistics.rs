//! Launches `shaders/batch_statistics.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BATCH_STATISTICS;
use crate::plan::ops::batch_statistics::BatchStatistics;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    mean: u32,
    variance: u32,
    weights: u32,
    statistics: u32,
    kept: f32,
    taken: f32,
    epsilon: f32,
}

impl Launch for BatchStatistics {
    /// One workgroup per channel.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let channels = at.plan.tensor_len(self.mean);
        let positions = at.plan.row_len(self.x) / channels;
        let parameters = Parameters {
            capacity: at.capacity(),
            channels: word(channels),
            positions: word(positions),
            mean: at.first(self.mean),
            variance: at.first(self.variance),
            weights: at.total(),
            statistics: at.units(self.statistics),
            kept: self.momentum as f32,
            taken: (1.0 - self.momentum) as f32,
            epsilon: self.epsilon as f32,
        };
        let lengths = at.lengths(self.lengths, self.x);
        let buffers = [at.read(self.x), at.tensors_written(), at.write(self.statistics), lengths];
        // Running values are no sums.
        let terms = if self.is_training { at.workspace.capacity * positions } else { 0 };
        let terms = terms.div_ceil(THREADS);
        let rows = self.lengths.map_or(0, |_| at.workspace.capacity);
        let size = Size::workgroups(channels).iterating(2 * (terms + REDUCE_ITERATIONS) + rows);
        let constants =
            [("IS_TRAINING", self.is_training), ("HAS_LENGTHS", self.lengths.is_some())];
        let variant = Variant { constants: &constants, ..Variant::default() };
        at.dispatch(BATCH_STATISTICS, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::channel_statistics::moments::tolerances;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::TensorId;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let trials = [
            (1, true, false),
            (7, true, false),
            (70, true, false),
            (3, false, false),
            (9, true, true),
            (4, false, true),
        ];
        for (positions, is_training, has_lengths) in trials {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, shape.units * positions);
            // Inference needs none.
            let lengths = (has_lengths && is_training).then(|| trial.lengths(bench, positions));
            let statistics = trial.batch_buffer(bench, 2 * shape.units + usize::from(has_lengths));
            let [mean, variance] = [0; 2].map(|_| trial.tensor(bench, &[shape.units]));
            trial.make_positive(variance);
            let (momentum, epsilon) = (0.75, 1e-3);
            let operation = BatchStatistics {
                x,
                lengths,
                statistics,
                mean,
                variance,
                momentum,
                epsilon,
                is_training,
            };
            let lengths = |replica| lengths.map(|own| trial.indices_of(own, replica));
            let lengths: Vec<_> = (0..shape.replicas()).map(lengths).collect();
            let x: Vec<_> = (0..shape.replicas()).map(|r| trial.rows_of(x, r)).collect();
            trial.within(bench, operation, |written| {
                let channel = written.index % shape.units;
                let rows = x[written.replica].chunks_exact(shape.units * positions);
                let own = rows.enumerate().flat_map(|(i, row)| {
                    let lengths = lengths[written.replica].as_ref();
                    let own = lengths.map_or(positions, |lengths| lengths[i] as usize);
                    &row[channel * positions..][..own]
                });
                let own: Vec<f64> = own.copied().collect();
                let old =
                    |tensor: TensorId| trial.tensor_of(tensor, written.replica)[channel].abs();
                if written.write == 0 && written.index == 2 * shape.units {
                    // A whole number.
                    return 0.0;
                }
                if !is_training || own.len() < 2 {
                    return tolerance(4, old(mean) + 1.0 / (old(variance) + epsilon).sqrt());
                }
                let [of_mean, of_variance, of_scale] = tolerances(&own, epsilon);
                match (written.write, written.index < shape.units) {
                    (0, true) => of_mean,
                    (0, false) => of_scale,
                    (1, _) => tolerance(3, old(mean)) + of_mean,
                    // n / (n - 1) is at most 2.
                    _ => tolerance(3, old(variance)) + 2.0 * of_variance,
                }
            });
        }
    }
}
