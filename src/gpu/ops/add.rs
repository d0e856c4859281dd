//! Launches `shaders/add.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::ADD;
use crate::plan::ops::add::Add;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
}

impl Launch for Add {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters { capacity: at.capacity(), units: at.units(self.to) };
        let buffers = [at.read(self.from), at.write(self.to)];
        at.dispatch(ADD, by_mode(self.mode), parameters, &buffers, at.elements(self.to))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for mode in [Mode::Set, Mode::Add] {
            let mut trial = Trial::new(bench, shape);
            let [from, to] = [0; 2].map(|_| trial.buffer(bench, shape.units));
            trial.sums(bench, Add { from, to, mode }, |_| 2);
        }
    }
}
