//! Launches `shaders/batch.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BATCH;
use crate::gpu::session::workspace::Gathered;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    outputs: u32,
    weighted_classes: u32,
    weighted_rows: u32,
}

/// The iterations that find a row's index in the order of an epoch.
const ORDER: usize = 24;

/// The rows of a batch, with their targets and weights.
pub(in crate::rooms::gpu) struct Batch<'a> {
    /// Outputs per row in regression and for labels; 0 in classification.
    pub outputs: usize,
    /// Classes that have weights; 0 if all weigh 1.
    pub weighted_classes: usize,
    /// Whether rows have weights of their own.
    pub weighted_rows: bool,
    /// The lists of rows of all folds and splits.
    pub lists: &'a wgpu::Buffer,
    /// Classes (rows), or values (rows, outputs) as bits of f32.
    pub targets: &'a wgpu::Buffer,
    /// (rows), or one element where rows have no weights.
    pub row_weights: &'a wgpu::Buffer,
    /// (fold, class weights, or shifts of the outputs and then their scales).
    pub scaling: &'a wgpu::Buffer,
}

impl Batch<'_> {
    pub fn launch(&self, dispatcher: &mut Dispatcher, to: &Gathered) -> Dispatch {
        let parameters = Parameters {
            capacity: word(to.capacity),
            outputs: word(self.outputs),
            weighted_classes: word(self.weighted_classes),
            weighted_rows: self.weighted_rows.into(),
        };
        let buffers = [
            (self.lists, Read),
            (self.targets, Read),
            (self.row_weights, Read),
            (self.scaling, Read),
            (&to.rows, Write),
            (&to.truth, Write),
            (&to.weights, Write),
        ];
        let size = Size::threads(to.capacity).iterating(ORDER + self.outputs);
        dispatcher.dispatch(BATCH, Variant::default(), parameters, &buffers, size)
    }
}
