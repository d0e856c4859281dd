//! Launches `shaders/softmax_cross_entropy.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::loss::launch_loss;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::SOFTMAX_CROSS_ENTROPY;
use crate::plan::ops::softmax_cross_entropy::SoftmaxCrossEntropy;

impl Launch for SoftmaxCrossEntropy {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        launch_loss(at, SOFTMAX_CROSS_ENTROPY, Variant::default(), self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::ops::softmax_cross_entropy::softmax_cross_entropy as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide};
    use crate::gpu::ops::proof::losses::Losses;
    use crate::gpu::ops::softmax::proof::{probabilities, terms as softmax_terms};
    use crate::math::Real;
    use crate::plan::Loss;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let classes = shape.units;
        let batch = shape.replicas() * shape.capacity;
        let mut logits = bench.normal(batch * classes, 3.0);
        logits.iter_mut().step_by(31).for_each(|logit| *logit *= 40.0);
        let truth = bench.below(batch, classes);
        let done = Losses::run(bench, shape, &Loss::SoftmaxCrossEntropy, logits, truth);
        let twin = done.twin(shape, |z, truth, weights, scale, losses, delta| {
            twin(z, truth, weights, scale, losses, delta, |z| {
                z.iter_mut().for_each(|z| *z = Real::exp(*z));
            });
        });
        let z = wide(&done.logits);
        let a = probabilities(&z, classes);
        let terms = softmax_terms(&z, classes);
        done.compare(
            bench,
            shape,
            &twin,
            |row| {
                let (z, a) = (&z[row * classes..][..classes], &a[row * classes..][..classes]);
                let maximum = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
                let sum: f64 = z.iter().map(|z| (z - maximum).exp()).sum();
                let inside: f64 = a.iter().zip(z).map(|(a, z)| a * (1.0 + maximum - z)).sum();
                sum.ln() + (maximum - z[done.truth[row] as usize]) + inside
            },
            |at| {
                let row = at / classes;
                let y = f64::from(u8::from(done.truth[row] as usize == at % classes));
                (terms[at] + y) * done.pull(shape, row)
            },
        );
    }
}
