//! Launches `shaders/convolution_input_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::tiled;
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::CONVOLUTION_INPUT_GRADIENT;
use crate::plan::ops::convolution_input_gradient::ConvolutionInputGradient;

impl Launch for ConvolutionInputGradient {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let buffers = [at.tensors(), at.read(self.delta), at.write(self.below)];
        let columns = at.workspace.capacity * windows.plane();
        let size = tiled([windows.channels, windows.filters * windows.taps(), columns]);
        let parameters = Parameters::new(at, windows, Some(self.weight));
        at.dispatch(
            CONVOLUTION_INPUT_GRADIENT,
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
            let below = trial.buffer(bench, windows.input_len());
            let delta = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = ConvolutionInputGradient { windows, delta, weight, below, mode };
            trial.sums(bench, operation, |_| windows.filters * windows.taps() + 1);
        }
    }
}
