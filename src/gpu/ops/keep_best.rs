//! Launches `shaders/keep_best.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::KEEP_BEST;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    weights: u32,
    slot_length: u32,
    replicas: u32,
    train_steps: u32,
    validation_steps: u32,
}

/// Threads of a workgroup of `decide`, and the weights that each looks at in an iteration.
const DECIDERS: usize = 256;
const WEIGHTS: usize = 4;

/// The end of an epoch: the weights of the replicas that did better become their best.
pub(in crate::gpu) struct KeepBest<'a> {
    /// Weights of a replica.
    pub total: usize,
    /// Numbers of a slot of the sums.
    pub slot_length: usize,
    /// Slots of a replica: of training, and of validation behind them.
    pub train_steps: usize,
    pub validation_steps: usize,
    /// (slot, replica, sums)
    pub sums: &'a wgpu::Buffer,
    /// (replica): the best validation losses.
    pub best_losses: &'a wgpu::Buffer,
    /// (replica): 1 where this epoch's weights are kept, 2 where one is not finite, else 0.
    pub kept: &'a wgpu::Buffer,
    /// (replica, weights), both
    pub weights: &'a wgpu::Buffer,
    pub best: &'a wgpu::Buffer,
}

impl KeepBest<'_> {
    pub fn launch(&self, dispatcher: &mut Dispatcher) -> [Dispatch; 2] {
        let parameters = Parameters {
            weights: word(self.total),
            slot_length: word(self.slot_length),
            replicas: word(dispatcher.replicas),
            train_steps: word(self.train_steps),
            validation_steps: word(self.validation_steps),
        };
        let buffers = [
            (self.sums, Read),
            (self.best_losses, Write),
            (self.kept, Write),
            (self.weights, Read),
            (self.best, Write),
        ];
        let iterations = self.train_steps.div_ceil(DECIDERS)
            + self.total.div_ceil(DECIDERS * WEIGHTS)
            + self.validation_steps;
        let entries = [
            ("decide", Size::workgroups(1).iterating(iterations)),
            ("keep", Size::threads(self.total)),
        ];
        entries.map(|(entry, size)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            dispatcher.dispatch((KEEP_BEST, variant), parameters, &buffers, size)
        })
    }
}
