//! Launches `shaders/make_steps.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::MAKE_STEPS;
use crate::gpu::session::record::Sizes;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    replicas: u32,
    capacity: u32,
    batch_size: u32,
    ahead: u32,
    block_rows: u32,
    confusion_length: u32,
}

/// Makes the steps of a submit.
pub(in crate::rooms::gpu) struct MakeSteps<'a> {
    pub sizes: Sizes,
    pub batch_size: usize,
    /// Rows of a block of an evaluation.
    pub block_rows: usize,
    pub confusion_length: usize,
    /// (slot)
    pub table: &'a wgpu::Buffer,
    pub cursor: &'a wgpu::Buffer,
    /// (entry, slot)
    pub steps: &'a wgpu::Buffer,
}

impl MakeSteps<'_> {
    /// One thread per step and slot; the workgroups are those of a whole submit.
    pub fn launch(&self, dispatcher: &mut Dispatcher) -> Dispatch {
        let parameters = Parameters {
            replicas: word(self.sizes.replicas),
            capacity: word(self.sizes.capacity),
            batch_size: word(self.batch_size),
            ahead: word(self.sizes.ahead),
            block_rows: word(self.block_rows),
            confusion_length: word(self.confusion_length),
        };
        let buffers = [(self.table, Read), (self.cursor, Read), (self.steps, Write)];
        let size = Size::threads(2 * self.sizes.capacity);
        dispatcher.dispatch(MAKE_STEPS, Variant::default(), parameters, &buffers, size)
    }
}
