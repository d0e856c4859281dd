//! Launches `shaders/metric_sums.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::METRIC_SUMS;
use crate::gpu::session::statistics::LEVELS;
use crate::network::Task;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    logits: u32,
    labels: u32,
    outputs: u32,
}

/// The sums and counts that the metrics of a step are made of.
pub(in crate::rooms::gpu) struct MetricSums<'a> {
    pub task: Task,
    /// The most rows of a replica.
    pub capacity: usize,
    /// Logits, labels or outputs per row.
    pub units: usize,
    /// (replica, capacity, units)
    pub logits: &'a wgpu::Buffer,
    /// (replica, capacity, 1 or units)
    pub truth: &'a wgpu::Buffer,
    /// (replica, capacity), both
    pub weights: &'a wgpu::Buffer,
    pub losses: &'a wgpu::Buffer,
    /// (slot, `slot_length`)
    pub sums: &'a wgpu::Buffer,
    /// (training or evaluation, replica, counts): see `confusion_length`.
    pub confusion: &'a wgpu::Buffer,
}

impl MetricSums<'_> {
    /// One workgroup per replica.
    pub fn launch(&self, dispatcher: &mut Dispatcher) -> Dispatch {
        let [logits, labels, outputs] = match self.task {
            Task::Classification => [self.units, 0, 0],
            Task::MultiLabel => [0, self.units, 0],
            Task::Regression => [0, 0, self.units],
        };
        let parameters = Parameters {
            capacity: word(self.capacity),
            logits: word(logits),
            labels: word(labels),
            outputs: word(outputs),
        };
        let buffers = [
            (self.logits, Read),
            (self.truth, Read),
            (self.weights, Read),
            (self.losses, Read),
            (self.sums, Write),
            (self.confusion, Write),
        ];
        let over_rows = self.capacity.div_ceil(THREADS) * (1 + self.units);
        let size = Size::workgroups(1)
            .iterating(over_rows + (REDUCE_ITERATIONS + 1 + LEVELS) * (1 + outputs));
        dispatcher.dispatch(METRIC_SUMS, Variant::default(), parameters, &buffers, size)
    }
}
