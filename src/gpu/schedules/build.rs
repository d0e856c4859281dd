//! The dispatches of every kind of step, in their order.

use crate::error::Result;
use crate::gpu::device::dispatch::{Dispatch, Dispatcher, word};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::ops::batch::Batch;
use crate::gpu::ops::gather::Gather;
use crate::gpu::ops::keep_best::KeepBest;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::ops::make_steps::MakeSteps;
use crate::gpu::ops::metric_sums::MetricSums;
use crate::gpu::ops::update::{Update, stretches};
use crate::gpu::ops::{launch, list};
use crate::gpu::session::data::Data;
use crate::gpu::session::network::{NetworkBuffers, Steps};
use crate::gpu::session::record::{Recorder, Sizes};
use crate::gpu::session::run::Session;
use crate::gpu::session::sizes::training_capacity;
use crate::gpu::session::slots::Slots;
use crate::gpu::session::statistics::{confusion_length, sums_of};
use crate::gpu::session::steps::Step;
use crate::gpu::session::train::{TrainingSteps, check};
use crate::gpu::session::workspace::{Gathered, Workspace};
use crate::network::Task;
use crate::plan::Operation;
use crate::run::Run;

/// The most steps per submit, of one replica and of all replicas together.
const STEPS: usize = 4096;
const STEPS_OF_ALL: usize = 1 << 16;

/// Builds the dispatches of a network.
pub(in crate::rooms::gpu) struct Build<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub run: &'a Run,
    pub data: &'a Data,
    pub buffers: &'a NetworkBuffers,
}

impl<'a> Build<'a> {
    /// Builds more dispatches for the network of a session.
    pub fn of(session: &'a mut Session) -> Self {
        let Session { gpu, kernels, run, data, network, .. } = session;
        Build { gpu, kernels, run, data, buffers: &network.buffers }
    }

    /// The dispatches that every schedule has; an error if the limits of the device are too small.
    pub fn steps(&mut self) -> Result<Steps> {
        let (evaluation, tensors) = (&self.buffers.evaluation, &self.buffers.tensors);
        let steps = Steps {
            evaluate: [
                self.evaluate(evaluation, &tensors.weights),
                self.evaluate(evaluation, &tensors.best),
            ],
            keep_best: self.keep_best(),
        };
        let lists = [&steps.evaluate[0], &steps.keep_best];
        check(self.gpu, lists.into_iter().flatten())?;
        Ok(steps)
    }

    /// A launcher of operations on a workspace and these weights.
    pub fn launcher<'b>(
        &'b mut self,
        workspace: &'b Workspace,
        weights: &'b wgpu::Buffer,
    ) -> Launcher<'b> {
        Launcher {
            plan: &self.run.plan,
            layout: &self.buffers.layout,
            gradients: &self.buffers.tensors.gradients,
            dispatcher: self.dispatcher(),
            workspace,
            weights,
        }
    }

    /// A dispatcher for the replicas of the run.
    pub fn dispatcher(&mut self) -> Dispatcher<'_> {
        Dispatcher { gpu: self.gpu, kernels: self.kernels, replicas: self.run.replicas.len() }
    }

    /// The uniform words of kernels that move weights.
    pub fn optimizer_words(&self) -> [u32; 2] {
        [self.buffers.layout.total(), self.run.replicas.len()].map(word)
    }

    /// A workspace for the batches of training.
    pub fn workspace(&self) -> Result<Workspace> {
        let replicas = self.run.replicas.len();
        Workspace::to_train(self.gpu, &self.run.plan, replicas, training_capacity(self.run))
    }

    /// A step that overwrites no quantity: without metrics, clip and update, with the prediction.
    pub fn trace(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        let plan = &self.run.plan;
        let mut step = self.gather(&workspace.gathered);
        let mut at = self.launcher(workspace, weights);
        step.extend(list(&plan.training, &mut at));
        step.extend(launch(&plan.measure, &mut at));
        step.extend(list(plan.predict.as_slice(), &mut at));
        step.extend(list(&plan.backward, &mut at));
        step
    }

    /// A batch, from its rows to its metrics.
    fn evaluate(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        self.measured(&self.run.plan.inference, workspace, weights)
    }

    /// The rows of a batch, the list `forward` from inputs to logits, the loss, and the sums for metrics.
    pub fn measured(
        &mut self,
        forward: &[Operation],
        workspace: &Workspace,
        weights: &wgpu::Buffer,
    ) -> Vec<Dispatch> {
        let mut step = self.gather(&workspace.gathered);
        let mut at = self.launcher(workspace, weights);
        step.extend(list(forward, &mut at));
        step.extend(launch(&at.plan.measure, &mut at));
        step.push(self.metrics(workspace));
        step
    }

    /// Gathers the rows of one step or of many: their targets, weights and inputs.
    pub fn gather(&mut self, to: &Gathered) -> Vec<Dispatch> {
        let (run, data) = (self.run, self.data);
        let outputs = match run.network.task() {
            Task::Classification => 0,
            Task::MultiLabel | Task::Regression => run.network.outputs(),
        };
        let batch = Batch {
            outputs,
            weighted_classes: run.folds.first().map_or(0, |fold| fold.class_weights.len()),
            weighted_rows: run.table.row_weights.is_some(),
            lists: &data.lists.buffer,
            targets: &data.targets,
            row_weights: &data.row_weights,
            scaling: &data.target_scaling,
        };
        let gather = Gather {
            inputs: run.network.inputs(),
            scaling: &data.input_scaling,
            sources: &data.sources,
            augmentation: run.augmentation,
        };
        let mut dispatcher = self.dispatcher();
        let mut dispatches = vec![batch.launch(&mut dispatcher, to)];
        for part in &data.parts {
            dispatches.push(gather.launch(&mut dispatcher, part, to));
        }
        dispatches
    }

    /// The sums and counts for the metrics of a batch.
    fn metrics(&mut self, workspace: &Workspace) -> Dispatch {
        let (plan, buffers) = (&self.run.plan, self.buffers);
        let sums = MetricSums {
            task: self.run.network.task(),
            capacity: workspace.capacity,
            units: plan.row_len(plan.logits),
            logits: workspace.of(plan.logits),
            truth: &workspace.gathered.truth,
            weights: &workspace.gathered.weights,
            losses: &workspace.losses,
            sums: &buffers.sums,
            confusion: &buffers.confusion,
        };
        sums.launch(&mut self.dispatcher())
    }

    /// The clip by norm, if the run has one, and the optimizer's step, which includes a clip by value.
    pub fn update(&mut self) -> Result<Vec<Dispatch>> {
        let (gpu, run, tensors) = (self.gpu, self.run, &self.buffers.tensors);
        let (total, replicas) = (self.buffers.layout.total(), run.replicas.len());
        let update = Update {
            optimizer: run.optimizer(),
            total,
            gradients: &tensors.gradients,
            decays: &self.buffers.decays,
            scales: &gpu.upload("the scales of the gradients", &vec![1.0f32; replicas])?,
            weights: &tensors.weights,
            slots: &tensors.slots,
        };
        let mut dispatcher = self.dispatcher();
        let mut dispatches = vec![];
        if run.bounds_norm() {
            let stretches = stretches(total);
            let squares = gpu.storage("the squares of the gradient", replicas * stretches)?;
            dispatches.extend(update.clip(&mut dispatcher, stretches, &squares));
        }
        dispatches.push(update.step(&mut dispatcher));
        Ok(dispatches)
    }

    /// The end of an epoch: keeps the best weights.
    pub fn keep_best(&mut self) -> Vec<Dispatch> {
        let (run, tensors) = (self.run, &self.buffers.tensors);
        let keep_best = KeepBest {
            total: self.buffers.layout.total(),
            sums_of_slot: sums_of(run),
            sums: &self.buffers.sums,
            totals: &self.buffers.totals,
            best_losses: &tensors.best_losses,
            kept: &tensors.kept,
            weights: &tensors.weights,
            best: &tensors.best,
        };
        keep_best.launch(&mut self.dispatcher()).into()
    }

    /// The recorder of the training steps of a schedule.
    pub fn recorder(&mut self, train: &TrainingSteps) -> Result<Recorder> {
        let (run, replicas) = (self.run, self.run.replicas.len());
        let fitting = self.gpu.binding_limit as usize / size_of::<Step>() / 2;
        let capacity = (STEPS_OF_ALL.min(fitting) / replicas).clamp(1, STEPS);
        let sizes = Sizes {
            replicas,
            // Whole dispatches.
            capacity: (capacity / train.steps).max(1) * train.steps,
            together: train.steps,
            ahead: train.gathered_together(),
        };
        let table = self.data.lists.table(run, &Slots::new(replicas));
        let recorder = Recorder::new(self.gpu, self.kernels, sizes, &table)?;
        let [table, cursor, steps] = recorder.made_of();
        let make = MakeSteps {
            sizes,
            batch_size: training_capacity(run),
            block_rows: self.buffers.evaluation.capacity,
            confusion_length: confusion_length(run),
            table,
            cursor,
            steps,
        };
        let make = make.launch(&mut self.dispatcher());
        Ok(recorder.make_by(make))
    }
}
