//! Launches `shaders/batch_norm_backward.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::norm::{Norm, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Access;
use crate::gpu::device::sources::BATCH_NORM_BACKWARD;
use crate::plan::ops::batch_norm_backward::BatchNormBackward;

impl Launch for BatchNormBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let norm = Norm::of(at, self.x, self.weight);
        let parameters = norm.parameters(at, self.weight, Some(self.bias));
        let buffers = [
            at.read(self.statistics.buffer),
            at.tensors(),
            (at.gradients, Access::Read),
            at.read(self.delta),
            at.read(self.x),
            at.write(self.below),
        ];
        let size = at.elements(self.below);
        let variant = variant(self.statistics, self.mode);
        at.dispatch(BATCH_NORM_BACKWARD, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::norm::trials::NormTrial;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::plan::Over;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (positions, mode) in [(1, Mode::Set), (7, Mode::Add), (5, Mode::Set)] {
            let own = NormTrial::new(bench, shape, positions, Over::Batch);
            let &NormTrial { x, delta, below, statistics, weight, bias, .. } = &own;
            let operation = BatchNormBackward { delta, x, statistics, weight, bias, below, mode };
            let elements = own.elements(shape);
            own.trial.within(bench, operation, |written| {
                let element = &elements[written.replica][written.index];
                let gradient = |tensor| own.trial.gradient_of(tensor, written.replica);
                let [dw, db] = [weight, bias].map(|own| gradient(own)[element.channel].abs());
                let share = 1.0 / (written.rows * positions) as f64;
                let y = element.distance * element.scale;
                let terms = element.delta + db * share + y * dw * share;
                tolerance(8, element.weight * element.scale * terms + element.below)
            });
        }
    }
}
