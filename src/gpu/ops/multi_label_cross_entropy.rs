//! Launches `shaders/multi_label_cross_entropy.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::loss::launch_loss;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::MULTI_LABEL_CROSS_ENTROPY;
use crate::plan::ops::multi_label_cross_entropy::MultiLabelCrossEntropy;

impl Launch for MultiLabelCrossEntropy {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        launch_loss(at, MULTI_LABEL_CROSS_ENTROPY, Variant::default(), self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::ops::multi_label_cross_entropy::multi_label_cross_entropy as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide, words};
    use crate::gpu::ops::proof::losses::{Losses, labels, sigmoid, softplus};
    use crate::plan::Loss;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let outputs = shape.units;
        let elements = shape.replicas() * shape.capacity * outputs;
        let mut logits = bench.normal(elements, 3.0);
        logits.iter_mut().step_by(31).for_each(|logit| *logit *= 40.0);
        let truth = labels(bench, elements);
        let done = Losses::run(bench, shape, &Loss::MultiLabelCrossEntropy, logits, words(&truth));
        let twin = done.twin(shape, |z, truth, weights, scale, losses, delta| {
            twin(z, &wide(bytemuck::cast_slice(truth)), weights, scale, losses, delta);
        });
        let (z, y) = (wide(&done.logits), wide(&truth));
        done.compare(
            bench,
            shape,
            &twin,
            |row| {
                let own = row * outputs..(row + 1) * outputs;
                let terms = own.map(|at| softplus(z[at]) + y[at] * z[at].abs());
                terms.sum::<f64>() / outputs as f64
            },
            |at| (sigmoid(z[at]) + y[at]) / outputs as f64 * done.pull(shape, at / outputs),
        );
    }
}
