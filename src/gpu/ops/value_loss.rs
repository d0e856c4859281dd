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
        launch_loss(at, VALUE_LOSS, variant, self.logits, self.delta)
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
        // Near e = 0 it subtracts 1 from a number just above 1.
        value_loss_of(bench, shape, "sqrt(1 + e^2) - 1", 1.0);
    }

    /// A loss by its text; `apart` is the size of the numbers that its formula subtracts, beside its value.
    fn value_loss_of(bench: &mut Bench, shape: &Shape, text: &str, apart: f64) {
        let outputs = shape.units;
        let elements = shape.replicas() * shape.capacity * outputs;
        let (mut logits, truth) = (bench.normal(elements, 2.0), bench.normal(elements, 2.0));
        // Some errors are 0, where some losses have a kink.
        logits.iter_mut().zip(&truth).step_by(37).for_each(|(output, truth)| *output = *truth);
        let loss = ValueLoss::parse(text).unwrap();
        let l = loss.expression.clone();
        let done = Losses::run(bench, shape, &Loss::OfValues(loss), logits, words(&truth));
        let twin = done.twin(shape, |output, truth, weights, scale, losses, delta| {
            let rows = (output, &*wide(bytemuck::cast_slice(truth)), weights);
            twin(&l, rows, scale, losses, delta, &mut Errors::default());
        });
        // l and l' pass the rounding of the error on by their slopes. A difference of l' across a kink is larger than
        // any slope beside it; at e = 0 the error is exact.
        let errors: Vec<f64> =
            done.logits.iter().zip(&truth).map(|(z, y)| f64::from(*z) - f64::from(*y)).collect();
        done.compare(
            bench,
            shape,
            &twin,
            |row| {
                let mut terms = 0.0;
                for &e in &errors[row * outputs..][..outputs] {
                    let (value, slope) = l.evaluate(e);
                    terms += value.abs() + (slope * e).abs() + apart;
                }
                terms / outputs as f64
            },
            |at| {
                let (e, h) = (errors[at], 1e-4);
                let curvature = (l.evaluate(e + h).1 - l.evaluate(e - h).1) / (2.0 * h);
                let terms = l.evaluate(e).1.abs() + (curvature * e).abs() + apart;
                terms * (done.pull(shape, at / outputs) / outputs as f64)
            },
        );
    }
}
