//! Launches `shaders/zero.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::ZERO;
use crate::plan::ops::zero::Zero;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
}

impl Launch for Zero {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters { capacity: at.capacity(), units: at.units(self.buffer) };
        let buffers = [at.write(self.buffer)];
        at.dispatch(ZERO, Variant::default(), parameters, &buffers, at.elements(self.buffer))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let mut trial = Trial::new(bench, shape);
        let buffer = trial.buffer(bench, shape.units);
        trial.exact(bench, Zero { buffer });
    }
}
