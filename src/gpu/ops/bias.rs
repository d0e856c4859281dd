//! Launches `shaders/bias.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BIAS;
use crate::plan::ops::bias::Bias;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
    positions: u32,
    bias: u32,
    weights: u32,
}

impl Launch for Bias {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.z),
            positions: word(at.plan.positions(self.z, self.bias)),
            bias: at.first(self.bias),
            weights: at.total(),
        };
        let buffers = [at.tensors(), at.write(self.z)];
        at.dispatch(BIAS, Variant::default(), parameters, &buffers, at.elements(self.z))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        // A dense layer has one position, a signal several.
        for positions in [1, 5] {
            let mut trial = Trial::new(bench, shape);
            let z = trial.buffer(bench, shape.units * positions);
            let bias = trial.tensor(bench, &[shape.units]);
            trial.sums(bench, Bias { z, bias }, |_| 2);
        }
    }
}
