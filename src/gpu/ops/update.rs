//! From gradients to weights: the bound on the norm, then the optimizer's step.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Code, Variant};
use crate::gpu::device::sources::{CLIP, update_source};
use crate::run::Optimizer;

/// Weights per stretch of the norm's sum.
const STRETCH: usize = 4096;

/// The parameters of `shaders/clip.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    weights: u32,
    stretches: u32,
}

/// The stretches that a gradient of so many weights is cut into.
pub(in crate::rooms::gpu) fn stretches(weights: usize) -> usize {
    weights.div_ceil(STRETCH)
}

/// The update of the weights of all replicas.
pub(in crate::rooms::gpu) struct Update<'a> {
    pub optimizer: Optimizer,
    /// Weights of a replica.
    pub total: usize,
    /// (replica, weights)
    pub gradients: &'a wgpu::Buffer,
    /// (weights): 1 where L2 pulls.
    pub decays: &'a wgpu::Buffer,
    /// (replica): the scale of each gradient that bounds its norm; 1 if the norm is within the bound.
    pub scales: &'a wgpu::Buffer,
    /// (replica, weights), as are the optimizer's slots.
    pub weights: &'a wgpu::Buffer,
    pub slots: &'a [wgpu::Buffer],
}

impl Update<'_> {
    /// Sets the scales of gradients whose norm exceeds the bound of their replica. `squares` takes the sum of squares
    /// of each stretch: (replica, stretches).
    pub fn clip(
        &self,
        dispatcher: &mut Dispatcher,
        stretches: usize,
        squares: &wgpu::Buffer,
    ) -> [Dispatch; 2] {
        let parameters = Parameters { weights: word(self.total), stretches: word(stretches) };
        let buffers = [(self.gradients, Read), (squares, Write), (self.scales, Write)];
        let of_stretch = self.total.div_ceil(stretches);
        let entries = [("partial", stretches, of_stretch), ("finish", 1, stretches)];
        entries.map(|(entry, workgroups, terms)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            let size = Size {
                workgroups: [workgroups, 1],
                iterations: terms.div_ceil(THREADS) + REDUCE_ITERATIONS,
            };
            dispatcher.dispatch(CLIP, variant, parameters, &buffers, size)
        })
    }

    /// The optimizer's step, which includes a bound on each component.
    pub fn step(&self, dispatcher: &mut Dispatcher) -> Dispatch {
        let words = [self.total, dispatcher.replicas].map(word);
        let mut buffers = vec![
            (self.gradients, Read),
            (self.decays, Read),
            (self.scales, Read),
            (self.weights, Write),
        ];
        buffers.extend(self.slots.iter().map(|slot| (slot, Write)));
        let text = update_source(self.optimizer);
        let code = Code::Made("update", &text);
        let size = Size::threads(self.total);
        dispatcher.dispatch_words(code, Variant::default(), &words, &buffers, size)
    }
}
