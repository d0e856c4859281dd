//! Launches the loss of a plan.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::{
    BINARY_CROSS_ENTROPY, MULTI_LABEL_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, VALUE_LOSS,
};
use crate::plan::Loss;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    outputs: u32,
}

/// A loss of the rows of a batch, and delta.
pub(in crate::gpu) struct LossOfBatch<'a> {
    pub loss: &'a Loss,
    /// Rows of a replica that there is room for.
    pub capacity: usize,
    /// Scores of a row.
    pub outputs: usize,
    /// (replica, capacity, outputs)
    pub scores: &'a wgpu::Buffer,
    /// (replica, capacity, 1 or outputs)
    pub truth: &'a wgpu::Buffer,
    /// (replica, capacity), both
    pub weights: &'a wgpu::Buffer,
    pub losses: &'a wgpu::Buffer,
    /// (replica, capacity, outputs)
    pub delta: &'a wgpu::Buffer,
}

impl LossOfBatch<'_> {
    /// A thread a row.
    pub fn launch(&self, dispatcher: &mut Dispatcher) -> Dispatch {
        let mut variant = Variant::default();
        let source = match self.loss {
            Loss::SoftmaxCrossEntropy => SOFTMAX_CROSS_ENTROPY,
            Loss::BinaryCrossEntropy => BINARY_CROSS_ENTROPY,
            Loss::MultiLabelCrossEntropy => MULTI_LABEL_CROSS_ENTROPY,
            Loss::OfValues(loss) => {
                variant.function = Some(&loss.expression);
                VALUE_LOSS
            }
        };
        let parameters = Parameters { capacity: word(self.capacity), outputs: word(self.outputs) };
        let buffers = [
            (self.scores, Read),
            (self.truth, Read),
            (self.weights, Read),
            (self.losses, Write),
            (self.delta, Write),
        ];
        let size = Size::threads(self.capacity).iterating(3 * self.outputs);
        dispatcher.dispatch((source, variant), parameters, &buffers, size)
    }
}
