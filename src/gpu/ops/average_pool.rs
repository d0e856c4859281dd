//! Launches `shaders/average_pool.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::windows::{Parameters, constants};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::AVERAGE_POOL;
use crate::plan::ops::average_pool::AveragePool;

impl Launch for AveragePool {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let lengths = at.lengths(self.lengths, self.from);
        let buffers = [at.read(self.from), at.write(self.to), lengths];
        let parameters = Parameters::new(at, windows, None);
        let mut constants = constants(windows, self.mode).to_vec();
        constants.push(("TRANSPOSED", self.transposed));
        constants.push(("HAS_LENGTHS", self.lengths.is_some()));
        let iterations = if self.transposed { windows.overlap() } else { windows.taps() };
        let variant = Variant { constants: &constants, ..Variant::default() };
        let size = at.elements(self.to).iterating(iterations);
        at.dispatch(AVERAGE_POOL, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::{lengths, pools};
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (i, windows) in pools(shape).into_iter().enumerate() {
            let mode = if i % 3 == 2 { Mode::Add } else { Mode::Set };
            let mut trial = Trial::new(bench, shape);
            let x = trial.buffer(bench, windows.input_len());
            let y = trial.buffer(bench, windows.output_len());
            for lengths in lengths(&mut trial, bench, &windows) {
                let (from, to) = (x, y);
                let forward = AveragePool { windows, lengths, from, to, transposed: false, mode };
                trial.sums(bench, forward, |_| windows.taps() + 1);
                let (from, to) = (y, x);
                let backward = AveragePool { windows, lengths, from, to, transposed: true, mode };
                trial.sums(bench, backward, |_| windows.overlap() + 1);
            }
        }
    }
}
