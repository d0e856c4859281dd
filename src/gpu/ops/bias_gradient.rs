//! Launches `shaders/bias_gradient.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::{Dispatch, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::sources::BIAS_GRADIENT;
use crate::plan::ops::bias_gradient::BiasGradient;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    bias: u32,
    weights: u32,
}

impl Launch for BiasGradient {
    /// One workgroup per channel.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let channels = at.plan.tensor_len(self.bias);
        let positions = at.plan.positions(self.delta, self.bias);
        let parameters = Parameters {
            capacity: at.capacity(),
            channels: word(channels),
            positions: word(positions),
            bias: at.first(self.bias),
            weights: at.total(),
        };
        let buffers = [at.read(self.delta), at.gradients()];
        let terms = at.workspace.capacity * positions;
        let size =
            Size::workgroups(channels).iterating(terms.div_ceil(THREADS) + REDUCE_ITERATIONS);
        at.dispatch(BIAS_GRADIENT, by_mode(self.mode), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        // A dense layer has one position, signals several.
        for (positions, mode) in [(1, Mode::Set), (7, Mode::Add), (70, Mode::Set)] {
            let mut trial = Trial::new(bench, shape);
            let delta = trial.buffer(bench, shape.units * positions);
            let bias = trial.tensor(bench, &[shape.units]);
            let operation = BiasGradient { delta, bias, mode };
            trial.sums(bench, operation, |rows| rows * positions + 1);
        }
    }
}
