//! The buffers of a batch on the device.

use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::{BufferId, Plan};

/// The rows of every replica, gathered from the table.
pub(in crate::rooms::gpu) struct Gathered {
    /// The most rows per replica.
    pub capacity: usize,
    /// (replica, capacity): row numbers.
    pub rows: wgpu::Buffer,
    /// (replica, capacity, inputs)
    pub inputs: wgpu::Buffer,
    /// (replica, capacity, 1 or outputs)
    pub truth: wgpu::Buffer,
    /// (replica, capacity)
    pub weights: wgpu::Buffer,
}

impl Gathered {
    pub fn new(gpu: &Gpu, plan: &Plan, replicas: usize, capacity: usize) -> Result<Self> {
        let rows = replicas * capacity;
        Ok(Gathered {
            capacity,
            rows: gpu.storage("the rows of a batch", rows)?,
            inputs: gpu.storage("the inputs of a batch", rows * plan.row_len(plan.input))?,
            truth: gpu.storage("the targets of a batch", rows * plan.row_len(plan.logits))?,
            weights: gpu.storage("the weights of a batch", rows)?,
        })
    }
}

/// Buffers for up to `capacity` rows of every replica.
pub(in crate::rooms::gpu) struct Workspace {
    /// The most rows per replica.
    pub capacity: usize,
    /// One per buffer of the plan: (replica, capacity, row), or (replica, row) for values of the batch.
    pub buffers: Vec<wgpu::Buffer>,
    /// The rows of the batch; their inputs are the plan's input.
    pub gathered: Gathered,
    /// (replica, capacity)
    pub losses: wgpu::Buffer,
    /// (replica, parts, elements of a tensor) of sums that are cut into parts.
    pub partial_sums: wgpu::Buffer,
    /// A stand-in for a buffer that a variant of a kernel does not touch.
    pub unused: wgpu::Buffer,
}

impl Workspace {
    /// Buffers for evaluation and prediction.
    pub fn new(gpu: &Gpu, plan: &Plan, replicas: usize, capacity: usize) -> Result<Self> {
        let batch = replicas * capacity;
        let gathered = Gathered::new(gpu, plan, replicas, capacity)?;
        let mut buffers = vec![];
        for id in (0..plan.buffers.len()).map(BufferId) {
            if id == plan.input {
                buffers.push(gathered.inputs.clone());
                continue;
            }
            let buffer = &plan.buffers[id.0];
            let label = format!("the buffer {} of a batch", buffer.name);
            let rows = if buffer.is_of_batch { replicas } else { batch };
            buffers.push(gpu.storage(&label, rows * plan.row_len(id))?);
        }
        Ok(Workspace {
            capacity,
            buffers,
            gathered,
            losses: gpu.storage("the losses of a batch", batch)?,
            partial_sums: gpu.storage("nothing", 1)?,
            unused: gpu.storage("nothing", 1)?,
        })
    }

    /// Buffers for training, which have room for partial sums.
    pub fn to_train(gpu: &Gpu, plan: &Plan, replicas: usize, capacity: usize) -> Result<Self> {
        let sums = (replicas * PartialSums::most(plan, capacity)).max(1);
        let partial_sums = gpu.storage("the partial sums of a gradient", sums)?;
        Ok(Workspace { partial_sums, ..Workspace::new(gpu, plan, replicas, capacity)? })
    }

    /// The device's buffer for a buffer of the plan.
    pub fn of(&self, buffer: BufferId) -> &wgpu::Buffer {
        &self.buffers[buffer.0]
    }

    /// The bytes of a workspace, for the check before anything is allocated.
    pub fn bytes(plan: &Plan, replicas: usize, capacity: usize) -> u64 {
        (replicas * capacity * (plan.row_elements() + plan.row_len(plan.logits) + 3) * 4) as u64
    }
}
