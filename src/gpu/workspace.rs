//! The buffers of a batch on the device.

use super::Gpu;
use crate::error::Result;
use crate::network::{BufferId, Plan};

/// Buffers for up to `capacity` rows of every replica.
pub(super) struct Workspace {
    /// Rows that a batch has room for.
    pub capacity: usize,
    /// One a buffer of the plan: (replica, capacity, row).
    pub buffers: Vec<wgpu::Buffer>,
    /// Row numbers, targets, weights and losses: (replica, capacity), targets (…, outputs).
    pub rows: wgpu::Buffer,
    pub truth: wgpu::Buffer,
    pub weights: wgpu::Buffer,
    pub losses: wgpu::Buffer,
    /// 1 / Σ weights, or 1: (replica).
    pub scales: wgpu::Buffer,
}

impl Workspace {
    pub fn new(gpu: &Gpu, plan: &Plan, replicas: usize, capacity: usize) -> Result<Self> {
        let batch = replicas * capacity;
        let buffer = |id: usize| {
            let label = format!("the buffer {} of a batch", plan.buffers[id].name);
            gpu.storage(&label, batch * plan.row_len(BufferId(id)))
        };
        Ok(Workspace {
            capacity,
            buffers: (0..plan.buffers.len()).map(buffer).collect::<Result<_>>()?,
            rows: gpu.storage("the rows of a batch", batch)?,
            truth: gpu.storage("the targets of a batch", batch * plan.row_len(plan.scores))?,
            weights: gpu.storage("the weights of a batch", batch)?,
            losses: gpu.storage("the losses of a batch", batch)?,
            scales: gpu.storage("the scales of a batch", replicas)?,
        })
    }

    /// The device's buffer of a plan's.
    pub fn of(&self, buffer: BufferId) -> &wgpu::Buffer {
        &self.buffers[buffer.0]
    }

    /// The bytes of a workspace, for the check before anything is allocated.
    pub fn bytes(plan: &Plan, replicas: usize, capacity: usize) -> u64 {
        (replicas * capacity * (plan.row_elements() + plan.row_len(plan.scores) + 3) * 4) as u64
    }
}
