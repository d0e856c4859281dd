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
        let kernel = (MULTI_LABEL_CROSS_ENTROPY, Variant::default());
        launch_loss(at, kernel, self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::ops::multi_label_cross_entropy::multi_label_cross_entropy as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide, words};
    use crate::gpu::ops::proof::losses::{Losses, labels};
    use crate::plan::Loss;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let outputs = shape.units;
        let elements = shape.replicas() * shape.capacity * outputs;
        let mut logits = bench.normal(elements, 3.0);
        logits.iter_mut().step_by(31).for_each(|score| *score *= 40.0);
        let truth = labels(bench, elements);
        let done =
            Losses::run(bench, shape, &Loss::MultiLabelCrossEntropy, (logits, words(&truth)));
        let (losses, delta) = done.twin(shape, |z, truth, weights, scale, losses, delta| {
            twin(z, &wide(bytemuck::cast_slice(truth)), weights, scale, losses, delta);
        });
        let (z, y) = (wide(&done.logits), wide(&truth));
        let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
        let of_loss = |(row, &loss): (usize, &f64)| {
            let own = row * outputs..(row + 1) * outputs;
            let terms = z[own.clone()].iter().zip(&y[own]).map(|(z, y)| softplus(*z) + y * z.abs());
            (loss, terms.sum::<f64>() / outputs as f64)
        };
        let of_delta = |(at, &delta): (usize, &f64)| {
            let sigmoid = 1.0 / (1.0 + (-z[at]).exp());
            (delta, (sigmoid + y[at]) / outputs as f64 * done.pull(shape, at / outputs))
        };
        let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
        let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
        done.compare(bench, shape, &losses, &delta);
    }
}
