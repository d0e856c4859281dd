//! Launches `shaders/convolution_input_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::{LargeTiles, tiled};
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::{CONVOLUTION_INPUT_GRADIENT, CONVOLUTION_INPUT_GRADIENT_LARGE};
use crate::plan::ops::convolution_input_gradient::ConvolutionInputGradient;

impl Launch for ConvolutionInputGradient {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let [m, _, n] = self.sizes(at);
        let large = LargeTiles::of_convolution(m);
        let gain = large.gain(&at.dispatcher, [m, n], 1);
        self.launch_on(at, gain.then_some(large))
    }
}

impl ConvolutionInputGradient {
    /// The product's m, k and n.
    fn sizes(&self, at: &Launcher) -> [usize; 3] {
        let windows = &self.windows;
        let columns = at.workspace.capacity * windows.plane();
        [windows.channels, windows.filters * windows.taps(), columns]
    }

    fn launch_on(&self, at: &mut Launcher, large: Option<LargeTiles>) -> Dispatch {
        let (windows, sizes) = (&self.windows, self.sizes(at));
        let buffers = [at.tensors(), at.read(self.delta), at.write(self.below)];
        let parameters = Parameters::new(at, windows, Some(self.weight));
        let (variant, small) = (variant(windows, self.mode), CONVOLUTION_INPUT_GRADIENT);
        let Some(large) = large else {
            return at.dispatch(small, variant, parameters, &buffers, tiled(sizes));
        };
        let variant = Variant { numbers: &large.constant(), ..variant };
        let source = CONVOLUTION_INPUT_GRADIENT_LARGE;
        at.dispatch(source, variant, parameters, &buffers, large.size(sizes))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::{convolutions, large_convolutions};
    use crate::plan::Windows;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    fn trials(
        bench: &mut Bench,
        shape: &Shape,
        all: Vec<Windows>,
        mut prove: impl FnMut(&mut Bench, &Trial, ConvolutionInputGradient),
    ) {
        for (i, windows) in all.into_iter().enumerate() {
            let mode = if i % 3 == 2 { Mode::Add } else { Mode::Set };
            let mut trial = Trial::new(bench, shape);
            let below = trial.buffer(bench, windows.input_len());
            let delta = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = ConvolutionInputGradient { windows, delta, weight, below, mode };
            prove(bench, &trial, operation);
        }
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        trials(bench, shape, convolutions(shape), |bench, trial, operation| {
            let terms = operation.windows.filters * operation.windows.taps() + 1;
            trial.sums(bench, operation, |_| terms);
        });
    }

    /// The large tiles.
    pub fn prove_large(bench: &mut Bench, shape: &Shape) {
        let all = large_convolutions(shape).into_iter();
        // Its rows are channels.
        let swapped =
            |own: Windows| Windows { channels: own.filters, filters: own.channels, ..own };
        trials(bench, shape, all.map(swapped).collect(), |bench, trial, operation| {
            let terms = operation.windows.filters * operation.windows.taps() + 1;
            let large = LargeTiles::of_convolution(operation.windows.channels);
            trial.launched(
                bench,
                &operation.clone().into(),
                |at| vec![operation.launch_on(at, Some(large))],
                |written| tolerance(terms, written.terms),
            );
        });
    }
}
