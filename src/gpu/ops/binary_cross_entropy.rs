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
        let kernel = (BINARY_CROSS_ENTROPY, Variant::default());
        launch_loss(at, kernel, self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::ops::binary_cross_entropy::binary_cross_entropy as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide};
    use crate::gpu::ops::proof::losses::Losses;
    use crate::plan::Loss;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let batch = shape.replicas() * shape.capacity;
        let mut logits = bench.normal(batch, 3.0);
        logits.iter_mut().step_by(31).for_each(|score| *score *= 40.0);
        let truth = bench.below(batch, 2);
        let done = Losses::run(bench, shape, &Loss::BinaryCrossEntropy, (logits, truth));
        let (losses, delta) = done.twin(shape, twin);
        let z = wide(&done.logits);
        let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
        let of_loss = |(row, &loss): (usize, &f64)| {
            (loss, softplus(z[row]) + f64::from(done.truth[row]) * z[row].abs())
        };
        let of_delta = |(row, &delta): (usize, &f64)| {
            let sigmoid = 1.0 / (1.0 + (-z[row]).exp());
            (delta, (sigmoid + f64::from(done.truth[row])) * done.pull(shape, row))
        };
        let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
        let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
        done.compare(bench, shape, &losses, &delta);
    }
}
