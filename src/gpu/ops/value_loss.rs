//! Launches `shaders/value_loss.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::loss::launch_loss;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::VALUE_LOSS;
use crate::plan::ops::value_loss::LossOfValues;

impl Launch for LossOfValues {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let variant = Variant { function: Some(&self.loss.expression), ..Variant::default() };
        launch_loss(at, (VALUE_LOSS, variant), self.logits, self.delta)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use crate::cpu::batch::Errors;
    use crate::cpu::ops::value_loss::value_loss as twin;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, wide, words};
    use crate::gpu::ops::proof::losses::Losses;
    use crate::plan::{Loss, VALUE_LOSS_NAMES, ValueLoss};

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for name in VALUE_LOSS_NAMES {
            value_loss_of(bench, shape, name, 0.0);
        }
        value_loss_of(bench, shape, "huber(0.3)", 0.0);
        // Near e = 0 it takes 1 from what is hardly more.
        value_loss_of(bench, shape, "sqrt(1 + e^2) - 1", 1.0);
    }

    /// A loss by its text; `apart` is the size of what its formula takes from each other, beside its value.
    fn value_loss_of(bench: &mut Bench, shape: &Shape, text: &str, apart: f64) {
        let outputs = shape.units;
        let elements = shape.replicas() * shape.capacity * outputs;
        let (mut logits, truth) = (bench.normal(elements, 2.0), bench.normal(elements, 2.0));
        // Without an error: at the kink of some.
        logits.iter_mut().zip(&truth).step_by(37).for_each(|(score, truth)| *score = *truth);
        let loss = ValueLoss::parse(text).unwrap();
        let l = loss.expression.clone();
        let done = Losses::run(bench, shape, &Loss::OfValues(loss), (logits, words(&truth)));
        let (losses, delta) = done.twin(shape, |output, truth, weights, scale, losses, delta| {
            let rows = (output, &*wide(bytemuck::cast_slice(truth)), weights);
            twin(&l, rows, scale, losses, delta, &mut Errors::default());
        });
        // The error is rounded by its own size, which l and l' pass on by their slopes. A difference of l' across
        // a kink is larger than any slope beside it; at e = 0 the error is exact.
        let errors: Vec<f64> =
            done.logits.iter().zip(&truth).map(|(z, y)| f64::from(*z) - f64::from(*y)).collect();
        let of_value = |&e: &f64| {
            let (value, slope) = l.evaluate(e);
            value.abs() + (slope * e).abs() + apart
        };
        let of_slope = |&e: &f64| {
            let h = 1e-4;
            let curvature = (l.evaluate(e + h).1 - l.evaluate(e - h).1) / (2.0 * h);
            l.evaluate(e).1.abs() + (curvature * e).abs() + apart
        };
        let of_loss = |(row, &loss): (usize, &f64)| {
            let own = &errors[row * outputs..][..outputs];
            (loss, own.iter().map(of_value).sum::<f64>() / outputs as f64)
        };
        let of_delta = |(at, &delta): (usize, &f64)| {
            let pull = done.pull(shape, at / outputs) / outputs as f64;
            (delta, of_slope(&errors[at]) * pull)
        };
        let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
        let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
        done.compare(bench, shape, &losses, &delta);
    }
}
