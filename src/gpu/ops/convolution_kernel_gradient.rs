//! Launches `shaders/convolution_kernel_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::tiled;
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::CONVOLUTION_KERNEL_GRADIENT;
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::access::Mode;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;

impl Launch for ConvolutionKernelGradient {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let (windows, sums) = (&self.windows, self.sums(at));
        let buffers = [at.read(self.delta), at.read(self.x), sums.place(at)];
        let columns = at.workspace.capacity * windows.positions();
        let terms = columns.min(sums.terms);
        let mut size = tiled([windows.filters, terms, windows.terms()]);
        // One tile of rows after the other, and so for each part.
        size.workgroups[1] *= sums.parts;
        let parameters = Parameters::new(at, windows, Some(self.weight)).in_parts(&sums);
        let mode = if sums.is_cut() { Mode::Set } else { self.mode };
        let variant = variant(windows, mode);
        at.dispatch(CONVOLUTION_KERNEL_GRADIENT, variant, parameters, &buffers, size)
    }

    /// Adds up the parts of its sums, where they are cut.
    fn after(&self, at: &mut Launcher) -> Vec<Dispatch> {
        self.sums(at).add_up(at, self.mode).into_iter().collect()
    }
}

impl ConvolutionKernelGradient {
    fn sums(&self, at: &Launcher) -> PartialSums {
        PartialSums::of_kernel(self, at.plan, at.workspace.capacity)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::convolutions;
    use crate::plan::{Axis, Padding, Windows};

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

    /// Batches of images of 28 x 28 under a kernel of 3 x 3: 100,352 terms per element of the gradient.
    pub fn long_batches() -> Vec<Shape> {
        vec![
            Shape { capacity: 128, units: 1, rows: vec![128] },
            Shape { capacity: 11, units: 2, rows: vec![11, 4, 0] },
        ]
    }

    pub fn prove_long(bench: &mut Bench, shape: &Shape) {
        let axis = Axis::new(28, 3, 1, 1, Padding::Same).unwrap();
        let windows = Windows { channels: shape.units, filters: 17, axes: [axis; 2] };
        for mode in [Mode::Set, Mode::Add] {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let delta = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = ConvolutionKernelGradient { windows, delta, x, weight, mode };
            trial.sums(bench, operation, |rows| rows * windows.positions() + 1);
        }
    }
}
