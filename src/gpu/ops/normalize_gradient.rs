//! Launches `shaders/normalize_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::norm::{Norm, variant};
use crate::gpu::device::dispatch::{Dispatch, REDUCE_ITERATIONS, Size, THREADS};
use crate::gpu::device::sources::NORMALIZE_GRADIENT;
use crate::plan::ops::normalize_gradient::NormalizeGradient;

impl Launch for NormalizeGradient {
    /// One workgroup per channel.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let norm = Norm::of(at, self.x, self.weight, self.statistics);
        let parameters = norm.parameters(at, self.weight, None);
        let statistics = at.read(self.statistics.buffer);
        let buffers = [statistics, at.read(self.delta), at.read(self.x), at.gradients()];
        let terms = at.workspace.capacity * norm.positions;
        let size =
            Size::workgroups(norm.channels).iterating(terms.div_ceil(THREADS) + REDUCE_ITERATIONS);
        let variant = variant(self.statistics, self.mode);
        at.dispatch(NORMALIZE_GRADIENT, variant, parameters, &buffers, size)
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
        for (positions, over, mode) in [
            (1, Over::Batch, Mode::Set),
            (7, Over::Batch, Mode::Add),
            (1, Over::Channels, Mode::Add),
            (5, Over::Channels, Mode::Set),
        ] {
            let own = NormTrial::new(bench, shape, positions, over);
            let &NormTrial { x, delta, statistics, weight, .. } = &own;
            let operation = NormalizeGradient { delta, x, statistics, weight, mode };
            let elements = own.elements(shape);
            own.trial.within(bench, operation, |written| {
                let elements = &elements[written.replica];
                let of_channel = elements.iter().filter(|e| e.channel == written.index);
                let terms: f64 = of_channel.map(|e| e.delta * e.distance * e.scale).sum();
                // The old value is a normal number, which the sum is added to.
                tolerance(written.rows * positions + 3, terms + written.expected.abs())
            });
        }
    }
}
