//! A network on the device: its weights, its workspaces, and the dispatches of its steps.

use super::partial_sums::PartialSums;
use super::schedule::Schedule;
use super::sizes::{evaluation_capacity, training_capacity};
use super::statistics::{confusion_length, slot_length, sums_of};
use super::tensors::{Tensors, decays};
use super::train::TrainingSteps;
use super::workspace::Workspace;
use crate::error::Result;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::Gpu;
use crate::plan::Layout;
use crate::run::Run;

/// The buffers that every schedule computes with.
pub(in crate::rooms::gpu) struct NetworkBuffers {
    pub layout: Layout,
    pub tensors: Tensors,
    pub evaluation: Workspace,
    /// The sums of training, then of an evaluation: (training or evaluation, replica, `slot_length`).
    pub sums: wgpu::Buffer,
    /// (replica, sums of training, first bad step, sums of validation)
    pub totals: wgpu::Buffer,
    /// (training or evaluation, replica, true class, predicted class)
    pub confusion: wgpu::Buffer,
    /// 1 for a weight that L2 pulls on, else 0.
    pub decays: wgpu::Buffer,
}

/// The dispatches that every schedule has, in their order.
pub(in crate::rooms::gpu) struct Steps {
    /// Batch, gather, forward, loss, metrics on the current and on the best weights.
    pub evaluate: [Vec<Dispatch>; 2],
    /// The end of an epoch: keep the best weights.
    pub keep_best: Vec<Dispatch>,
}

/// A network that can be trained.
pub(in crate::rooms::gpu) struct DeviceNetwork {
    pub buffers: NetworkBuffers,
    pub steps: Steps,
    pub schedule: Schedule,
    pub train: TrainingSteps,
}

impl NetworkBuffers {
    /// Allocates the buffers; the weights are the run's initial ones.
    pub fn new(gpu: &Gpu, run: &Run) -> Result<Self> {
        let replicas = run.replicas.len();
        let layout = Layout::new(&run.plan);
        let evaluation = Workspace::new(gpu, &run.plan, replicas, evaluation_capacity(gpu, run))?;
        let tensors = Tensors::new(gpu, run, &layout)?;
        let length = sums_of(run);
        let sums = gpu.storage("the sums of an epoch", 2 * replicas * slot_length(length))?;
        let totals = gpu.storage("the totals of an epoch", replicas * (2 * length + 1))?;
        let confusion =
            gpu.storage("the confusion counts", 2 * replicas * confusion_length(run))?;
        let decays = gpu.upload("the decay of the weights", &decays(run))?;
        Ok(NetworkBuffers { layout, tensors, evaluation, sums, totals, confusion, decays })
    }

    /// The bytes of these buffers and of a workspace for training, for the check before anything is allocated.
    pub fn bytes(gpu: &Gpu, run: &Run) -> u64 {
        let replicas = run.replicas.len();
        let arrays = 3 + run.optimizer().slots();
        let weights = 4 * (replicas * run.plan.tensor_elements() * arrays) as u64;
        let length = sums_of(run);
        let of_replica = 2 * slot_length(length) + 2 * length + 1 + 2 * confusion_length(run);
        let sums = 4 * (replicas * of_replica) as u64;
        weights
            + sums
            + Workspace::bytes(&run.plan, replicas, training_capacity(run))
            + 4 * (replicas * PartialSums::most(&run.plan, training_capacity(run))) as u64
            + Workspace::bytes(&run.plan, replicas, evaluation_capacity(gpu, run))
    }
}
