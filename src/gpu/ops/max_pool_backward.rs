//! Launches `shaders/max_pool_backward.wgsl`.

use super::Launch;
use super::launcher::Launcher;
use super::windows::{Parameters, variant};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::sources::MAX_POOL_BACKWARD;
use crate::plan::ops::max_pool_backward::MaxPoolBackward;

impl Launch for MaxPoolBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let windows = &self.windows;
        let buffers = [at.read(self.delta), at.read(self.winners), at.write(self.below)];
        let parameters = Parameters::new(at, windows, None);
        let size = at.elements(self.below).iterating(windows.overlap());
        at.dispatch(MAX_POOL_BACKWARD, variant(windows, self.mode), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::windows::sizes::pools;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (i, windows) in pools(shape).into_iter().enumerate() {
            let mode = if i % 3 == 2 { Mode::Add } else { Mode::Set };
            let mut trial = Trial::new(bench, shape);
            let delta = trial.buffer(bench, windows.output_len());
            let below = trial.buffer(bench, windows.input_len());
            let winners = trial.indices(bench, windows.output_len(), 1000);
            // Any element of its window may have won.
            for (i, winner) in trial.values_of(winners).iter_mut().enumerate() {
                let [vertical, horizontal] = windows.axes;
                let (p, tap) = (i % windows.positions(), *winner as usize % windows.taps());
                let line = p / horizontal.positions * vertical.stride + tap / horizontal.kernel;
                let s = p % horizontal.positions * horizontal.stride + tap % horizontal.kernel;
                *winner = (line * horizontal.input + s) as u32;
            }
            let operation = MaxPoolBackward { windows, delta, winners, below, mode };
            trial.sums(bench, operation, |_| windows.overlap() + 1);
        }
    }
}
