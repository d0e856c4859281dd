//! Launches `shaders/sigmoid.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::SIGMOID;
use crate::plan::ops::sigmoid::Sigmoid;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    outputs: u32,
}

impl Launch for Sigmoid {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters { capacity: at.capacity(), outputs: at.units(self.z) };
        let buffers = [at.read(self.z), at.write(self.a)];
        at.dispatch(SIGMOID, Variant::default(), parameters, &buffers, at.elements(self.z))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::softmax::proof::far_out;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for units in [1, shape.units] {
            let mut trial = Trial::new(bench, shape);
            let [z, a] = [0; 2].map(|_| trial.buffer(bench, units));
            far_out(trial.values_of(z));
            trial.within(bench, Sigmoid { z, a }, |written| tolerance(units, written.expected));
        }
    }
}
