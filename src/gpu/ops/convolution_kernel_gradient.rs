//! Launches `shaders/convolution_kernel_gradient.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::{LargeTiles, tiled};
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::{CONVOLUTION_KERNEL_GRADIENT, CONVOLUTION_KERNEL_GRADIENT_LARGE};
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::access::Mode;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;

impl Launch for ConvolutionKernelGradient {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let (windows, parts) = (&self.windows, self.sums(at).parts);
        let large = LargeTiles::of_convolution(windows.filters);
        let gain = large.gain(&at.dispatcher, [windows.filters, windows.terms()], parts);
        self.launch_on(at, gain.then_some(large))
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

    fn launch_on(&self, at: &mut Launcher, large: Option<LargeTiles>) -> Dispatch {
        let (windows, sums) = (&self.windows, self.sums(at));
        let buffers = [at.read(self.delta), at.read(self.x), sums.place(at)];
        let columns = at.workspace.capacity * windows.positions();
        let sizes = [windows.filters, columns.min(sums.terms), windows.terms()];
        let mut size = large.map_or_else(|| tiled(sizes), |large| large.size(sizes));
        // One tile of rows after the other, and so for each part.
        size.workgroups[1] *= sums.parts;
        let parameters = Parameters::new(at, windows, Some(self.weight)).in_parts(&sums);
        let mode = if sums.is_cut() { Mode::Set } else { self.mode };
        let (variant, small) = (variant(windows, mode), CONVOLUTION_KERNEL_GRADIENT);
        let Some(large) = large else {
            return at.dispatch(small, variant, parameters, &buffers, size);
        };
        let variant = Variant { numbers: &large.constant(), ..variant };
        at.dispatch(CONVOLUTION_KERNEL_GRADIENT_LARGE, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::{convolutions, large_convolutions};
    use crate::plan::{Axis, Padding, Windows};

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    fn trials(
        bench: &mut Bench,
        shape: &Shape,
        all: impl IntoIterator<Item = (Windows, Mode)>,
        mut prove: impl FnMut(&mut Bench, &Trial, ConvolutionKernelGradient),
    ) {
        for (windows, mode) in all {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let delta = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            let operation = ConvolutionKernelGradient { windows, delta, x, weight, mode };
            prove(bench, &trial, operation);
        }
    }

    /// Every third is added.
    fn with_modes(all: Vec<Windows>) -> impl Iterator<Item = (Windows, Mode)> {
        all.into_iter().zip([Mode::Set, Mode::Set, Mode::Add].into_iter().cycle())
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        trials(bench, shape, with_modes(convolutions(shape)), |bench, trial, operation| {
            let positions = operation.windows.positions();
            trial.sums(bench, operation, |rows| rows * positions + 1);
        });
    }

    /// The large tiles.
    pub fn prove_large(bench: &mut Bench, shape: &Shape) {
        trials(bench, shape, with_modes(large_convolutions(shape)), on_large_tiles);
    }

    fn on_large_tiles(bench: &mut Bench, trial: &Trial, operation: ConvolutionKernelGradient) {
        let positions = operation.windows.positions();
        let large = LargeTiles::of_convolution(operation.windows.filters);
        let dispatches = |at: &mut Launcher| {
            let mut all = vec![operation.launch_on(at, Some(large))];
            all.extend(operation.after(at));
            all
        };
        trial.launched(bench, &operation.clone().into(), dispatches, |written| {
            tolerance(written.rows * positions + 1, written.terms)
        });
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
        let both = [(windows, Mode::Set), (windows, Mode::Add)];
        trials(bench, shape, both, |bench, trial, operation| {
            let positions = operation.windows.positions();
            trial.sums(bench, operation.clone(), |rows| rows * positions + 1);
            on_large_tiles(bench, trial, operation);
        });
    }
}
