//! Launches `shaders/keep_best.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::KEEP_BEST;
use crate::gpu::session::statistics::LEVELS;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    weights: u32,
    length: u32,
    replicas: u32,
}

/// Threads per workgroup of `decide`, and the weights that each reads per iteration.
const DECIDERS: usize = 256;
const WEIGHTS: usize = 4;

/// The end of an epoch: the weights of a replica that improved become its best.
pub(in crate::rooms::gpu) struct KeepBest<'a> {
    /// Weights of a replica.
    pub total: usize,
    /// Sums of a slot.
    pub sums_of_slot: usize,
    /// (training or validation, replica, `slot_length`)
    pub sums: &'a wgpu::Buffer,
    /// (replica, sums of training, first bad step, sums of validation)
    pub totals: &'a wgpu::Buffer,
    /// (replica): the best validation losses.
    pub best_losses: &'a wgpu::Buffer,
    /// (replica): 1 if this epoch's weights are kept, 2 if one is not finite, else 0.
    pub kept: &'a wgpu::Buffer,
    /// (replica, weights), both
    pub weights: &'a wgpu::Buffer,
    pub best: &'a wgpu::Buffer,
}

impl KeepBest<'_> {
    pub fn launch(&self, dispatcher: &mut Dispatcher) -> [Dispatch; 2] {
        let parameters = Parameters {
            weights: word(self.total),
            length: word(self.sums_of_slot),
            replicas: word(dispatcher.replicas),
        };
        let buffers = [
            (self.sums, Read),
            (self.best_losses, Write),
            (self.kept, Write),
            (self.weights, Read),
            (self.best, Write),
            (self.totals, Write),
        ];
        let sums = 2 * self.sums_of_slot.div_ceil(DECIDERS) + 2;
        let iterations = self.total.div_ceil(DECIDERS * WEIGHTS) + sums * (1 + LEVELS);
        let entries = [
            ("decide", Size::workgroups(1).iterating(iterations)),
            ("keep", Size::threads(self.total)),
        ];
        entries.map(|(entry, size)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            dispatcher.dispatch(KEEP_BEST, variant, parameters, &buffers, size)
        })
    }
}
