//! Launches `shaders/bias_gradient.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::{Dispatch, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::sources::BIAS_GRADIENT;
use crate::plan::View;
use crate::plan::ops::bias_gradient::BiasGradient;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    rows: u32,
    positions: u32,
    channels: u32,
    first: u32,
    row: u32,
    stride: u32,
    bias: u32,
    weights: u32,
}

impl Launch for BiasGradient {
    /// One workgroup per channel.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let channels = at.plan.tensor_len(self.bias);
        let View { buffer, offset, rows, columns } = self.delta;
        let row_len = at.plan.row_len(buffer);
        let positions = columns / channels;
        let parameters = Parameters {
            rows: word(rows),
            positions: word(positions),
            channels: word(channels),
            first: word(offset),
            row: word(self.delta.stride(row_len)),
            stride: word(at.workspace.capacity * row_len),
            bias: at.first(self.bias),
            weights: at.total(),
        };
        let buffers = [at.read(buffer), at.gradients()];
        let terms = at.workspace.capacity * rows * positions;
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
            let delta = View::whole(delta, shape.units * positions);
            let operation = BiasGradient { delta, bias, mode };
            trial.sums(bench, operation, |rows| rows * positions + 1);
        }
        // One of three gates at all five time steps of a sequence.
        let mut trial = Trial::new(bench, shape);
        let delta = trial.buffer(bench, 5 * 3 * shape.units);
        let bias = trial.tensor(bench, &[shape.units]);
        let delta = View { buffer: delta, offset: shape.units, rows: 5, columns: shape.units };
        let operation = BiasGradient { delta, bias, mode: Mode::Set };
        trial.sums(bench, operation, |rows| 5 * rows + 1);
    }
}
