//! Launches `shaders/prelu_gradient.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, Size, THREADS, TREE, by_mode};
use crate::gpu::device::kernel::Dispatch;
use crate::gpu::device::sources::PRELU_GRADIENT;
use crate::plan::ops::prelu_gradient::PreluGradient;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
    alpha: u32,
    weights: u32,
}

impl Launch for PreluGradient {
    /// A workgroup a replica.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.z),
            alpha: at.first(self.alpha),
            weights: at.total(),
        };
        let buffers = [at.read(self.z), at.read(self.delta), at.gradients()];
        let elements = at.workspace.capacity * at.plan.row_len(self.z);
        let size = Size { workgroups: [1, 1], iterations: elements.div_ceil(THREADS) + TREE };
        at.dispatch((PRELU_GRADIENT, by_mode(self.mode)), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::access::Mode;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for mode in [Mode::Set, Mode::Add] {
            let mut trial = Trial::new(bench, shape);
            let [z, delta] = [0; 2].map(|_| trial.buffer(bench, shape.units));
            let alpha = trial.tensor(bench, &[1]);
            let old = |replica| match mode {
                Mode::Set => 0.0,
                Mode::Add => 5.0 + f64::from(replica as u32),
            };
            let of = |z: Vec<f64>, delta: Vec<f64>| -> f64 {
                z.iter().zip(&delta).map(|(z, delta)| (z.min(0.0) * delta).abs()).sum()
            };
            let terms = |replica| {
                old(replica) + of(trial.rows_of(z, replica), trial.rows_of(delta, replica))
            };
            let operation = PreluGradient { z, delta, alpha, mode };
            trial.within(bench, operation, |written| {
                tolerance(written.rows * shape.units + 1, terms(written.replica))
            });
        }
    }
}
