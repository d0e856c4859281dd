//! Launches `shaders/convolution.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::tiles::{LargeTiles, tiled};
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::{CONVOLUTION, CONVOLUTION_LARGE};
use crate::plan::access::Mode;
use crate::plan::ops::convolution::Convolution;

impl Launch for Convolution {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let [m, _, n] = self.sizes(at);
        let large = LargeTiles::of_convolution(m);
        let gain = large.gain(&at.dispatcher, [m, n], 1);
        self.launch_on(at, gain.then_some(large))
    }
}

impl Convolution {
    /// The product's m, k and n.
    fn sizes(&self, at: &Launcher) -> [usize; 3] {
        let windows = &self.windows;
        [windows.filters, windows.terms(), at.workspace.capacity * windows.positions()]
    }

    fn launch_on(&self, at: &mut Launcher, large: Option<LargeTiles>) -> Dispatch {
        let (windows, sizes) = (&self.windows, self.sizes(at));
        let buffers = [at.tensors(), at.read(self.x), at.write(self.z)];
        let parameters = Parameters::new(at, windows, Some(self.weight));
        let variant = variant(windows, Mode::Set);
        let Some(large) = large else {
            return at.dispatch(CONVOLUTION, variant, parameters, &buffers, tiled(sizes));
        };
        let variant = Variant { numbers: &large.constant(), ..variant };
        at.dispatch(CONVOLUTION_LARGE, variant, parameters, &buffers, large.size(sizes))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::{convolutions, large_convolutions};
    use crate::plan::Windows;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    fn trials(
        bench: &mut Bench,
        shape: &Shape,
        all: Vec<Windows>,
        mut prove: impl FnMut(&mut Bench, &Trial, Convolution),
    ) {
        for windows in all {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let z = trial.buffer(bench, windows.output_len());
            let weight = trial.tensor(bench, &[windows.filters, windows.channels, windows.taps()]);
            prove(bench, &trial, Convolution { windows, x, weight, z });
        }
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        trials(bench, shape, convolutions(shape), |bench, trial, operation| {
            let terms = operation.windows.terms();
            trial.sums(bench, operation, |_| terms);
        });
    }

    /// The large tiles.
    pub fn prove_large(bench: &mut Bench, shape: &Shape) {
        trials(bench, shape, large_convolutions(shape), |bench, trial, operation| {
            let terms = operation.windows.terms();
            let large = LargeTiles::of_convolution(operation.windows.filters);
            trial.launched(
                bench,
                &operation.clone().into(),
                |at| vec![operation.launch_on(at, Some(large))],
                |written| tolerance(terms, written.terms),
            );
        });
    }
}
