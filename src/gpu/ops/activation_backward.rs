//! Launches `shaders/activation_backward.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::ACTIVATION_BACKWARD;
use crate::plan::ops::activation_backward::ActivationBackward;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
}

impl Launch for ActivationBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters { capacity: at.capacity(), units: at.units(self.delta) };
        let buffers = [at.read(self.slope), at.write(self.delta)];
        at.dispatch(
            ACTIVATION_BACKWARD,
            Variant::default(),
            parameters,
            &buffers,
            at.elements(self.delta),
        )
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
        let mut trial = Trial::new(bench, shape);
        let [slope, delta] = [0; 2].map(|_| trial.buffer(bench, shape.units));
        trial.sums(bench, ActivationBackward { delta, slope }, |_| 1);
    }
}
