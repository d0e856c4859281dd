//! Launches `shaders/convolution_kernel_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::tiled;
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::CONVOLUTION_KERNEL_GRADIENT;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;

impl Launch for ConvolutionKernelGradient {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let buffers = [at.read(self.delta), at.read(self.x), at.gradients()];
        let columns = at.workspace.capacity * windows.positions();
        let size = tiled([windows.filters, columns, windows.terms()]);
        let parameters = Parameters::new(at, windows, Some(self.weight));
        at.dispatch(
            CONVOLUTION_KERNEL_GRADIENT,
            variant(windows, self.mode),
            parameters,
            &buffers,
            size,
        )
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::convolutions;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (i, windows) in convolutions(shape).into_iter().enumerate() {
            let mode = if i % 3 == 2 { Mode::Add } else { Mode::Set };
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let delta = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = ConvolutionKernelGradient { windows, delta, x, weight, mode };
            trial.sums(bench, operation, |rows| rows * windows.positions() + 1);
        }
    }
}
