//! Launches `shaders/layer_norm_backward.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::norm::{Norm, variant};
use crate::gpu::device::dispatch::{Dispatch, Size};
use crate::gpu::device::sources::LAYER_NORM_BACKWARD;
use crate::plan::ops::layer_norm_backward::LayerNormBackward;

impl Launch for LayerNormBackward {
    /// One thread per position of a row.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let norm = Norm::of(at, self.x, self.weight, self.statistics);
        let parameters = norm.parameters(at, self.weight, None);
        let statistics = at.read(self.statistics.buffer);
        let (delta, x) = (at.read(self.delta), at.read(self.x));
        let buffers = [statistics, at.tensors(), delta, x, at.write(self.below)];
        let threads = at.workspace.capacity * norm.positions;
        let size = Size::threads(threads).iterating(2 * norm.channels);
        let variant = variant(self.statistics, self.mode);
        at.dispatch(LAYER_NORM_BACKWARD, variant, parameters, &buffers, size)
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
            let own = NormTrial::new(bench, shape, positions, Over::Channels);
            let &NormTrial { x, delta, below, statistics, weight, .. } = &own;
            let operation = LayerNormBackward { delta, x, statistics, weight, below, mode };
            let channels = shape.units;
            let elements = own.elements(shape);
            own.trial.within(bench, operation, |written| {
                let elements = &elements[written.replica];
                let index = written.index;
                // The channels of its position.
                let row = index / (channels * positions) * channels * positions;
                let of_position = elements[row..][index % positions..].iter().step_by(positions);
                let (mut sum, mut product) = (0.0, 0.0);
                for element in of_position.take(channels) {
                    sum += element.weight * element.delta;
                    product += element.weight * element.delta * element.distance * element.scale;
                }
                let element = &elements[index];
                let y = element.distance * element.scale;
                let share = 1.0 / channels as f64;
                let terms = element.weight * element.delta + (sum + y * product) * share;
                tolerance(channels + 8, element.scale * terms + element.below)
            });
        }
    }
}
