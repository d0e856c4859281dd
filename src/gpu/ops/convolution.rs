//! Launches `shaders/convolution.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::tiled;
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::CONVOLUTION;
use crate::plan::access::Mode;
use crate::plan::ops::convolution::Convolution;

impl Launch for Convolution {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let buffers = [at.tensors(), at.read(self.x), at.write(self.z)];
        let columns = at.workspace.capacity * windows.positions();
        let size = tiled([windows.filters, windows.terms(), columns]);
        let parameters = Parameters::new(at, windows, Some(self.weight));
        at.dispatch(CONVOLUTION, variant(windows, Mode::Set), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::convolutions;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for windows in convolutions(shape) {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let z = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = Convolution { windows, x, weight, z };
            trial.sums(bench, operation, |_| windows.terms());
        }
    }
}
