//! Launches `shaders/normalize.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::norm::{Norm, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::NORMALIZE;
use crate::plan::access::Mode;
use crate::plan::ops::normalize::Normalize;

impl Launch for Normalize {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters =
            Norm::of(at, self.x, self.weight, self.statistics).parameters(at, self.weight, None);
        let statistics = at.read(self.statistics.buffer);
        let buffers = [statistics, at.tensors(), at.read(self.x), at.write(self.z)];
        let size = at.elements(self.z);
        at.dispatch(NORMALIZE, variant(self.statistics, Mode::Set), parameters, &buffers, size)
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
        for (positions, over) in
            [(1, Over::Batch), (7, Over::Batch), (1, Over::Channels), (5, Over::Channels)]
        {
            let own = NormTrial::new(bench, shape, positions, over);
            let NormTrial { trial, x, below, statistics, weight, bias, .. } = &own;
            let operation = Normalize {
                x: *x,
                statistics: *statistics,
                weight: *weight,
                bias: *bias,
                z: *below,
            };
            let elements = own.elements(shape);
            trial.within(bench, operation, |written| {
                let element = &elements[written.replica][written.index];
                tolerance(3, element.distance * element.scale * element.weight)
            });
        }
    }
}
