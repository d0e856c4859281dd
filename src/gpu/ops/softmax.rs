//! Launches `shaders/softmax.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::SOFTMAX;
use crate::plan::ops::softmax::Softmax;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    classes: u32,
}

impl Launch for Softmax {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters { capacity: at.capacity(), classes: at.units(self.z) };
        let buffers = [at.read(self.z), at.write(self.a)];
        let size = at.rows().iterating(3 * at.plan.row_len(self.z));
        at.dispatch(SOFTMAX, Variant::default(), parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        let classes = shape.units;
        let mut trial = Trial::new(bench, shape);
        let [z, a] = [0; 2].map(|_| trial.buffer(bench, classes));
        far_out(trial.values_of(z));
        let terms: Vec<Vec<f64>> = (0..shape.replicas())
            .map(|replica| terms(&trial.rows_of(z, replica), classes))
            .collect();
        trial.within(bench, Softmax { z, a }, |written| {
            tolerance(classes, terms[written.replica][written.index])
        });
    }

    /// Makes logits several units large, and every 29th far larger: nothing overflows.
    pub fn far_out(z: &mut [u32]) {
        for (i, z) in z.iter_mut().enumerate() {
            let scale = if i % 29 == 0 { 120.0 } else { 4.0 };
            *z = (scale * f32::from_bits(*z)).to_bits();
        }
    }

    /// The softmax of each row.
    pub fn probabilities(z: &[f64], classes: usize) -> Vec<f64> {
        let mut probabilities = vec![];
        for z in z.chunks(classes) {
            let maximum = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
            let sum: f64 = z.iter().map(|z| (z - maximum).exp()).sum();
            probabilities.extend(z.iter().map(|z| (z - maximum).exp() / sum));
        }
        probabilities
    }

    /// Σ|terms| of a softmax: z - m is rounded before e^x of it, in the numerator and in the sum.
    pub fn terms(z: &[f64], classes: usize) -> Vec<f64> {
        let a = probabilities(z, classes);
        let mut terms = vec![];
        for (z, a) in z.chunks(classes).zip(a.chunks(classes)) {
            let maximum = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
            let own = |j: usize| a[j] * (1.0 + maximum - z[j]);
            let below: f64 = (0..z.len()).map(own).sum();
            terms.extend((0..z.len()).map(|j| own(j) + a[j] * below));
        }
        terms
    }
}
