//! Launches `shaders/take_lengths.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::TAKE_LENGTHS;
use crate::plan::ops::take_lengths::TakeLengths;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    row: u32,
    samples: u32,
}

impl Launch for TakeLengths {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let (capacity, row) = (at.capacity(), at.units(self.sequence));
        let parameters = Parameters { capacity, row, samples: word(self.samples) };
        let buffers = [at.read(self.x), at.write(self.sequence), at.write(self.lengths)];
        let size = at.elements(self.sequence);
        at.dispatch(TAKE_LENGTHS, Variant::default(), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for samples in [1, 7, 70] {
            let mut trial = Trial::new(bench, shape);
            let row = shape.units * samples;
            let x = trial.buffer(bench, row + 1);
            let sequence = trial.buffer(bench, row);
            let lengths = trial.indices(bench, 1, 1000);
            // Lengths of 0 and beyond the samples, which no check lets through, too: the latter are cut.
            let own = bench.below(shape.replicas() * shape.capacity, samples + 3);
            for (x, own) in trial.values_of(x).chunks_exact_mut(row + 1).zip(own) {
                // Padding may be anything.
                let padding = (0..row).filter(|e| e % samples >= own as usize);
                padding.for_each(|e| x[e] = f32::NAN.to_bits());
                x[row] = (own as f32).to_bits();
            }
            // Copies: no rounding.
            trial.exact(bench, TakeLengths { x, sequence, lengths, samples });
        }
    }
}
