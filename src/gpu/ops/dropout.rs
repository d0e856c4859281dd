//! Launches `shaders/dropout.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::data::Streams;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::DROPOUT;
use crate::plan::ops::dropout::Dropout;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
    stream: u32,
    least_kept: u32,
    scale: f32,
}

impl Launch for Dropout {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.to),
            stream: Streams::Dropout as u32 + self.stream,
            least_kept: self.least_kept(),
            scale: self.scale() as f32,
        };
        let buffers = [at.read(self.from), at.write(self.to)];
        let size = at.elements(self.to);
        at.dispatch(DROPOUT, by_mode(self.mode), parameters, &buffers, size)
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
        for (stream, rate, mode) in [(0, 0.5, Mode::Set), (3, 0.1, Mode::Add), (1, 0.0, Mode::Set)]
        {
            let mut trial = Trial::new(bench, shape);
            let [from, to] = [0; 2].map(|_| trial.buffer(bench, shape.units));
            let operation = Dropout { from, to, rate, stream, mode };
            trial.sums(bench, operation, |_| 2);
        }
    }
}
