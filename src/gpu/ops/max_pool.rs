//! Launches `shaders/max_pool.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::windows::{Parameters, constants};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::MAX_POOL;
use crate::plan::access::Mode;
use crate::plan::ops::max_pool::MaxPool;

impl Launch for MaxPool {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let lengths = at.lengths(self.lengths, self.x);
        let buffers = [at.read(self.x), at.write(self.y), at.write(self.winners), lengths];
        let parameters = Parameters::new(at, windows, None);
        let size = at.elements(self.y).iterating(windows.taps());
        let has_lengths = [("HAS_LENGTHS", self.lengths.is_some())];
        let constants = [constants(windows, Mode::Set), &has_lengths].concat();
        let variant = Variant { constants: &constants, ..Variant::default() };
        at.dispatch(MAX_POOL, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::{lengths, pools};

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for windows in pools(shape) {
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let y = trial.buffer(bench, windows.output_len());
            let winners = trial.indices(bench, windows.output_len(), 1000);
            // Few different values make ties; some are NaN.
            for word in trial.values_of(x) {
                let value = *word % 7;
                let value = if value == 6 { f32::NAN } else { value as f32 - 3.0 };
                *word = value.to_bits();
            }
            // Each output is an element of x: no rounding.
            for lengths in lengths(&mut trial, bench, &windows) {
                trial.exact(bench, MaxPool { windows, lengths, x, y, winners });
            }
        }
    }
}
