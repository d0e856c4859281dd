//! Launches `shaders/transpose.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::{Dispatch, word};
use crate::gpu::device::sources::TRANSPOSE;
use crate::plan::ops::transpose::Transpose;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    m: u32,
    n: u32,
}

impl Launch for Transpose {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let [m, n] = self.shape.map(word);
        let parameters = Parameters { capacity: at.capacity(), m, n };
        let buffers = [at.read(self.from), at.write(self.to)];
        let size = at.elements(self.to);
        at.dispatch(TRANSPOSE, by_mode(self.mode), parameters, &buffers, size)
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
        for (m, mode) in [(1, Mode::Set), (3, Mode::Add), (17, Mode::Set)] {
            let mut trial = Trial::new(bench, shape);
            let [from, to] = [0; 2].map(|_| trial.buffer(bench, m * shape.units));
            let operation = Transpose { from, to, shape: [m, shape.units], mode };
            trial.sums(bench, operation, |_| 2);
        }
    }
}
