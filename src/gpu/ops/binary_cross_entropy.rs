//! Launches `shaders/binary_cross_entropy.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::loss::launch_loss;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BINARY_CROSS_ENTROPY;
use crate::plan::ops::binary_cross_entropy::BinaryCrossEntropy;

impl Launch for BinaryCrossEntropy {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        launch_loss(at, BINARY_CROSS_ENTROPY, Variant::default(), self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::ops::binary_cross_entropy::binary_cross_entropy as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide};
    use crate::gpu::ops::proof::losses::{Losses, sigmoid, softplus};
    use crate::plan::Loss;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let batch = shape.replicas() * shape.capacity;
        let mut logits = bench.normal(batch, 3.0);
        logits.iter_mut().step_by(31).for_each(|logit| *logit *= 40.0);
        let truth = bench.below(batch, 2);
        let done = Losses::run(bench, shape, &Loss::BinaryCrossEntropy, logits, truth);
        let twin = done.twin(shape, twin);
        let (z, y) = (wide(&done.logits), &done.truth);
        done.compare(
            bench,
            shape,
            &twin,
            |row| softplus(z[row]) + f64::from(y[row]) * z[row].abs(),
            |row| (sigmoid(z[row]) + f64::from(y[row])) * done.pull(shape, row),
        );
    }
}
