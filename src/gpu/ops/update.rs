//! From gradients to weights: the bound on the norm, then the optimizer's step.

use super::launcher::grid;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Code, Dispatch, Kernels, Variant};
use crate::gpu::device::optimizer::optimizer_words;
use crate::gpu::device::sources::{CLIP, update_source};
use crate::run::StepRule;

/// Weights of a stretch of the norm's sum.
const STRETCH: usize = 4096;

/// The stretches that a gradient of so many weights is cut into.
pub(in crate::gpu) fn stretches(weights: usize) -> usize {
    weights.div_ceil(STRETCH)
}

/// The update of the weights of all replicas.
pub(in crate::gpu) struct Update<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub rule: &'a StepRule,
    pub replicas: usize,
    /// Weights of a replica.
    pub total: usize,
    /// (replica, weights)
    pub gradients: &'a wgpu::Buffer,
    /// (weights): 1 where L2 pulls.
    pub decays: &'a wgpu::Buffer,
    /// (replica): what bounds the norm of each gradient; 1 wherever no norm is too long.
    pub scales: &'a wgpu::Buffer,
    /// (replica, weights), as are the optimizer's slots.
    pub weights: &'a wgpu::Buffer,
    pub slots: &'a [wgpu::Buffer],
}

impl Update<'_> {
    /// The scales of the gradients whose norm is above `bound`, by way of the squares of `stretches` stretches,
    /// (replica, stretches).
    pub fn clip(&mut self, bound: f64, stretches: usize, squares: &wgpu::Buffer) -> [Dispatch; 2] {
        let words = [self.total as u32, stretches as u32, (bound as f32).to_bits()];
        let buffers = [(self.gradients, Read), (squares, Write), (self.scales, Write)];
        let of_stretch = self.total.div_ceil(stretches);
        let entries = [("partial", stretches, of_stretch), ("finish", 1, stretches)];
        entries.map(|(entry, workgroups, terms)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            let workgroups = [workgroups as u32, 1, self.replicas as u32];
            let dispatch =
                self.kernels.dispatch(self.gpu, CLIP, variant, &words, &buffers, workgroups);
            Dispatch { iterations: (terms.div_ceil(64) + 6) as u64, ..dispatch }
        })
    }

    /// The optimizer's step; a bound on each component is part of it.
    pub fn step(&mut self) -> Dispatch {
        let words = optimizer_words(self.rule, self.total, self.replicas);
        let mut buffers = vec![
            (self.gradients, Read),
            (self.decays, Read),
            (self.scales, Read),
            (self.weights, Write),
        ];
        buffers.extend(self.slots.iter().map(|slot| (slot, Write)));
        let text = update_source(self.rule.optimizer);
        let (code, variant) = (Code::Made("update", &text), Variant::default());
        let [x, y] = grid(self.total).map(|workgroups| workgroups as u32);
        let workgroups = [x, y, self.replicas as u32];
        self.kernels.dispatch(self.gpu, code, variant, &words, &buffers, workgroups)
    }
}
