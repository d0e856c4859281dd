//! Launches `shaders/batch_norm_backward.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::norm::Norm;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::{Access, Variant};
use crate::gpu::device::sources::BATCH_NORM_BACKWARD;
use crate::plan::access::Mode;
use crate::plan::ops::batch_norm_backward::BatchNormBackward;

impl Launch for BatchNormBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let norm = Norm::of(at, self.x, self.weight, self.statistics);
        let parameters = norm.parameters(at, self.weight, Some(self.bias));
        let buffers = [
            at.read(self.statistics.buffer),
            at.tensors(),
            (at.gradients, Access::Read),
            at.read(self.delta),
            at.read(self.x),
            at.write(self.below),
            at.lengths(self.statistics.lengths, self.x),
        ];
        let size = at.elements(self.below);
        let has_lengths = self.statistics.lengths.is_some();
        let constants = [("ADDS", self.mode == Mode::Add), ("HAS_LENGTHS", has_lengths)];
        let variant = Variant { constants: &constants, ..Variant::default() };
        at.dispatch(BATCH_NORM_BACKWARD, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::norm::trials::NormTrial;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::plan::Over;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let trials = [
            (1, Mode::Set, false),
            (7, Mode::Add, false),
            (5, Mode::Set, false),
            (6, Mode::Set, true),
            (3, Mode::Add, true),
        ];
        for (positions, mode, has_lengths) in trials {
            let mut own = NormTrial::new(bench, shape, positions, Over::Batch);
            if has_lengths {
                own.give_lengths(bench, shape);
            }
            let &NormTrial { x, delta, below, statistics, weight, bias, .. } = &own;
            let operation = BatchNormBackward { delta, x, statistics, weight, bias, below, mode };
            let elements = own.elements(shape);
            own.trial.within(bench, operation, |written| {
                let element = &elements[written.replica][written.index];
                let gradient = |tensor| own.trial.gradient_of(tensor, written.replica);
                let [dw, db] = [weight, bias].map(|own| gradient(own)[element.channel].abs());
                let share = 1.0 / own.count(written.replica, written.rows);
                let y = element.distance * element.scale;
                let terms = element.delta + db * share + y * dw * share;
                tolerance(8, element.weight * element.scale * terms + element.below)
            });
        }
    }
}
