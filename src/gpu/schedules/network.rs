//! A network on the device: its weights, its workspaces, and the dispatches of its steps.

use super::fit::{Refused, fitting};
use super::schedule::Schedule;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::{Dispatch, Kernels};
use crate::gpu::device::limits::WORKGROUPS;
use crate::gpu::ops::layered::TILE;
use crate::gpu::schedules::build::Build;
use crate::gpu::schedules::train::{Train, check};
use crate::gpu::session::data::Data;
use crate::gpu::session::sizes::{most_rows, training_capacity};
use crate::gpu::session::statistics::{confusion_length, slot_length};
use crate::gpu::session::tensors::{Tensors, decays};
use crate::gpu::session::workspace::Workspace;
use crate::network::{BufferId, Layout, Operation};
use crate::params::Run;

/// Rows of a block of an evaluation.
const BLOCK: usize = 4096;
/// Numbers that the buffers of a block hold together, 128 MiB: fewer rows where rows are long.
const BLOCK_NUMBERS: usize = 1 << 25;

/// The dispatches that every schedule has, in their order.
pub(in crate::gpu) struct Steps {
    /// Batch, gather, forward, loss, metrics on the current and on the best weights.
    pub evaluate: [Vec<Dispatch>; 2],
    /// Forward and prediction of rows the host has filled in, on the current and the best weights.
    pub predict: [Vec<Dispatch>; 2],
    /// The end of an epoch: keep the best weights.
    pub keep_best: Vec<Dispatch>,
}

/// Everything of a run that lives on the device.
pub(in crate::gpu) struct DeviceNetwork {
    pub layout: Layout,
    pub tensors: Tensors,
    pub evaluation: Workspace,
    /// Slots of sums: training steps, then validation blocks; (slot, replica).
    pub sums: wgpu::Buffer,
    pub slots: usize,
    /// (training or evaluation, replica, true class, predicted class)
    pub confusion: wgpu::Buffer,
    /// 1 where L2 pulls.
    decays: wgpu::Buffer,
    pub steps: Steps,
    pub train: Train,
}

impl DeviceNetwork {
    /// Allocates and compiles everything for the first of these schedules that fits; `refused` tells why
    /// those before it do not. None if none fits.
    pub fn new(
        gpu: &Gpu,
        kernels: &mut Kernels,
        run: &Run,
        data: &Data,
        schedules: &[Schedule],
        refused: &mut Refused,
    ) -> Result<Option<(Schedule, Self)>> {
        let replicas = run.replicas.len();
        let layout = Layout::new(&run.plan);
        let evaluation = Workspace::new(gpu, &run.plan, replicas, evaluation_capacity(gpu, run))?;
        let tensors = Tensors::new(gpu, run, &layout)?;
        let slots = slots(gpu, run) * replicas;
        let sums = gpu.storage("the sums of an epoch", slots * slot_length(run))?;
        let confusion =
            gpu.storage("the confusion counts", 2 * replicas * confusion_length(run))?;
        let decays = gpu.upload("the decay of the weights", &decays(run))?;
        let mut build = Build {
            gpu,
            kernels,
            run,
            data,
            layout: &layout,
            tensors: &tensors,
            sums: &sums,
            confusion: &confusion,
            decays: &decays,
        };
        let mut found = None;
        for &schedule in schedules {
            match fitting(&mut build, schedule)? {
                Ok(train) => {
                    found = Some((schedule, train));
                    break;
                }
                Err(why) => refused.push((schedule, why)),
            }
        }
        let Some((schedule, train)) = found else { return Ok(None) };
        let steps = Steps {
            evaluate: [
                build.evaluate(&evaluation, &tensors.weights),
                build.evaluate(&evaluation, &tensors.best),
            ],
            predict: [
                build.predict(&evaluation, &tensors.weights),
                build.predict(&evaluation, &tensors.best),
            ],
            keep_best: build.keep_best(&evaluation),
        };
        let lists = [&steps.evaluate[0], &steps.predict[0], &steps.keep_best];
        check(gpu, lists.into_iter().flatten())?;
        let network = DeviceNetwork {
            layout,
            tensors,
            evaluation,
            sums,
            slots,
            confusion,
            decays,
            steps,
            train,
        };
        Ok(Some((schedule, network)))
    }

    /// What builds more dispatches of this network.
    pub fn build<'a>(
        &'a self,
        gpu: &'a Gpu,
        kernels: &'a mut Kernels,
        run: &'a Run,
        data: &'a Data,
    ) -> Build<'a> {
        Build {
            gpu,
            kernels,
            run,
            data,
            layout: &self.layout,
            tensors: &self.tensors,
            sums: &self.sums,
            confusion: &self.confusion,
            decays: &self.decays,
        }
    }

    /// The bytes of all that, for the check before anything is allocated.
    pub fn bytes(gpu: &Gpu, run: &Run) -> u64 {
        let replicas = run.replicas.len();
        let arrays = 3 + run.step.optimizer.slots();
        let weights = 4 * (replicas * run.plan.parameters() * arrays) as u64;
        let sums = 4 * (slots(gpu, run) * replicas * slot_length(run)) as u64;
        weights
            + sums
            + Workspace::bytes(&run.plan, replicas, training_capacity(run))
            + Workspace::bytes(&run.plan, replicas, evaluation_capacity(gpu, run))
    }
}

fn evaluation_capacity(gpu: &Gpu, run: &Run) -> usize {
    let fitting = BLOCK_NUMBERS / (run.plan.row_elements() * run.replicas.len());
    let longest = (0..run.plan.buffers.len()).map(|id| run.plan.row_len(BufferId(id))).max();
    let a_row = 4 * longest.unwrap_or(1).max(1) * run.replicas.len();
    let fitting = fitting.min(gpu.binding_limit as usize / a_row);
    // A convolution takes a workgroup a tile of columns, in one dimension.
    let widest = run.plan.forward.iter().map(|operation| match operation {
        Operation::Conv1d { convolution, .. } => convolution.positions,
        _ => 1,
    });
    let columns = TILE[1] * WORKGROUPS / widest.max().unwrap_or(1);
    most_rows(run, &Split::ALL).min(fitting).min(columns).clamp(1, BLOCK)
}

/// Slots of one replica: the steps of an epoch and its validation, or the blocks of any evaluation.
fn slots(gpu: &Gpu, run: &Run) -> usize {
    let blocks = |splits| most_rows(run, splits).div_ceil(evaluation_capacity(gpu, run));
    let epoch = run.steps() as usize + blocks(&[Split::Validation][..]);
    epoch.max(blocks(&Split::ALL[..]))
}
