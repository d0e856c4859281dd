//! The dispatches of every kind of step, in their order.

use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Access, Code, Dispatch, Kernels, Variant};
use crate::gpu::device::sources::{BATCH, GATHER, KEEP_BEST, METRIC_SUMS};
use crate::gpu::ops::launcher::{Launcher, grid};
use crate::gpu::ops::update::{Update, stretches};
use crate::gpu::ops::{list, loss};
use crate::gpu::session::data::Data;
use crate::gpu::session::network::{NetworkBuffers, Steps};
use crate::gpu::session::run::Session;
use crate::gpu::session::sizes::{most_rows, training_capacity};
use crate::gpu::session::statistics::slot_length;
use crate::gpu::session::train::check;
use crate::gpu::session::workspace::{Gathered, Workspace};
use crate::network::Task;
use crate::plan::Operation;
use crate::run::{Clip, Run};

/// Builds the dispatches of a network.
pub(in crate::gpu) struct Build<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub run: &'a Run,
    pub data: &'a Data,
    pub buffers: &'a NetworkBuffers,
}

impl<'a> Build<'a> {
    /// More dispatches for a network that is there.
    pub fn of(session: &'a mut Session) -> Self {
        let Session { gpu, kernels, run, data, network, .. } = session;
        Build { gpu, kernels, run, data, buffers: &network.buffers }
    }

    /// The dispatches that every schedule has; refused where the device takes less.
    pub fn steps(&mut self) -> Result<Steps> {
        let (evaluation, tensors) = (&self.buffers.evaluation, &self.buffers.tensors);
        let steps = Steps {
            evaluate: [
                self.evaluate(evaluation, &tensors.weights),
                self.evaluate(evaluation, &tensors.best),
            ],
            predict: [
                self.predict(evaluation, &tensors.weights),
                self.predict(evaluation, &tensors.best),
            ],
            keep_best: self.keep_best(evaluation),
        };
        let lists = [&steps.evaluate[0], &steps.predict[0], &steps.keep_best];
        check(self.gpu, lists.into_iter().flatten())?;
        Ok(steps)
    }

    /// What makes dispatches of operations on a workspace and these weights.
    pub fn launcher<'b>(
        &'b mut self,
        workspace: &'b Workspace,
        weights: &'b wgpu::Buffer,
    ) -> Launcher<'b> {
        Launcher {
            gpu: self.gpu,
            kernels: self.kernels,
            plan: &self.run.plan,
            layout: &self.buffers.layout,
            replicas: self.run.replicas.len(),
            workspace,
            weights,
            gradients: &self.buffers.tensors.gradients,
        }
    }

    /// A dispatch of a kernel on `words` as its uniform parameters, and buffers in their order.
    pub fn dispatch<'b>(
        &mut self,
        code: impl Into<Code<'b>>,
        variant: Variant,
        words: &[u32],
        buffers: &[(&wgpu::Buffer, Access)],
        workgroups: [usize; 2],
        iterations: usize,
    ) -> Dispatch {
        let [x, y] = workgroups.map(|count| count as u32);
        let workgroups = [x, y, self.run.replicas.len() as u32];
        let dispatch = self.kernels.dispatch(self.gpu, code, variant, words, buffers, workgroups);
        Dispatch { iterations: iterations as u64, ..dispatch }
    }

    /// A workspace for the batches of training.
    pub fn workspace(&self) -> Result<Workspace> {
        let replicas = self.run.replicas.len();
        Workspace::new(self.gpu, &self.run.plan, replicas, training_capacity(self.run))
    }

    /// A step whose every quantity stays: without metrics, clip and update, and with the prediction.
    pub fn trace(&mut self, workspace: &Workspace) -> Vec<Dispatch> {
        let (plan, weights) = (&self.run.plan, &self.buffers.tensors.weights);
        let mut step = self.gather(&workspace.gathered);
        let mut at = self.launcher(workspace, weights);
        step.extend(list(&plan.training, &mut at));
        step.push(loss::launch(&mut at));
        step.extend(list(plan.predict.as_slice(), &mut at));
        step.extend(list(&plan.backward, &mut at));
        step
    }

    /// A batch, from its rows to its metrics.
    fn evaluate(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        self.measured(&self.run.plan.inference, workspace, weights)
    }

    /// The rows of a batch, a list from its inputs to its scores, the loss, and what metrics are made of.
    pub fn measured(
        &mut self,
        forward: &[Operation],
        workspace: &Workspace,
        weights: &wgpu::Buffer,
    ) -> Vec<Dispatch> {
        let mut step = self.gather(&workspace.gathered);
        let mut at = self.launcher(workspace, weights);
        step.extend(list(forward, &mut at));
        step.push(loss::launch(&mut at));
        step.push(self.metrics(workspace));
        step
    }

    fn predict(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        let mut at = self.launcher(workspace, weights);
        let mut step = list(&at.plan.inference, &mut at);
        step.extend(list(at.plan.predict.as_slice(), &mut at));
        step
    }

    /// The rows of a step, or of many: their targets, weights and inputs.
    pub fn gather(&mut self, to: &Gathered) -> Vec<Dispatch> {
        let (run, data) = (self.run, self.data);
        let outputs = match run.network.task() {
            Task::Classification => 0,
            Task::MultiLabel | Task::Regression => run.network.outputs(),
        };
        let weighted_classes = run.replicas.first().map_or(0, |r| r.class_weights.len());
        let words = [
            to.capacity as u32,
            outputs as u32,
            weighted_classes as u32,
            u32::from(run.table.row_weights.is_some()),
        ];
        let buffers = [
            (&data.lists.buffer, Read),
            (&data.targets, Read),
            (&data.row_weights, Read),
            (&data.target_frames, Read),
            (&to.rows, Write),
            (&to.truth, Write),
            (&to.weights, Write),
        ];
        let rows = grid(to.capacity);
        let variant = Variant::default();
        let mut gather = vec![self.dispatch(BATCH, variant, &words, &buffers, rows, 24 + outputs)];
        let inputs = run.network.inputs();
        let elements = grid(to.capacity * inputs);
        for part in &data.parts {
            let words = [to.capacity, inputs, part.first_row, part.rows].map(|word| word as u32);
            let buffers = [
                (&part.buffer, Read),
                (&data.input_frames, Read),
                (&to.rows, Read),
                (&to.inputs, Write),
            ];
            gather.push(self.dispatch(GATHER, variant, &words, &buffers, elements, 0));
        }
        gather
    }

    fn metrics(&mut self, workspace: &Workspace) -> Dispatch {
        let scores = self.run.plan.row_len(self.run.plan.scores);
        let [logits, labels, outputs] = match self.run.network.task() {
            Task::Classification => [scores, 0, 0],
            Task::MultiLabel => [0, scores, 0],
            Task::Regression => [0, 0, scores],
        };
        let words = [workspace.capacity, logits, labels, outputs].map(|word| word as u32);
        let buffers = [
            (workspace.of(self.run.plan.scores), Read),
            (&workspace.gathered.truth, Read),
            (&workspace.gathered.weights, Read),
            (&workspace.losses, Read),
            (&self.buffers.sums, Write),
            (&self.buffers.confusion, Write),
        ];
        let turns = workspace.capacity.div_ceil(64) * (1 + scores) + 7 * (1 + outputs);
        self.dispatch(METRIC_SUMS, Variant::default(), &words, &buffers, [1, 1], turns)
    }

    /// Clip by norm, if asked for, and the optimizer's step; by value is part of that step.
    pub fn update(&mut self) -> Result<Vec<Dispatch>> {
        let (gpu, run, tensors) = (self.gpu, self.run, &self.buffers.tensors);
        let (total, replicas) = (self.buffers.layout.total(), run.replicas.len());
        let mut update = Update {
            gpu,
            kernels: self.kernels,
            rule: &run.step,
            replicas,
            total,
            gradients: &tensors.gradients,
            decays: &self.buffers.decays,
            scales: &gpu.upload("the scales of the gradients", &vec![1.0f32; replicas])?,
            weights: &tensors.weights,
            slots: &tensors.slots,
        };
        let mut dispatches = vec![];
        if let Some(Clip::Norm(bound)) = run.step.clip {
            let stretches = stretches(total);
            let squares = gpu.storage("the squares of the gradient", replicas * stretches)?;
            dispatches.extend(update.clip(bound, stretches, &squares));
        }
        dispatches.push(update.step());
        Ok(dispatches)
    }

    pub fn keep_best(&mut self, workspace: &Workspace) -> Vec<Dispatch> {
        let (run, tensors) = (self.run, &self.buffers.tensors);
        let total = self.buffers.layout.total();
        let steps = run.steps() as usize;
        let validation = most_rows(run, &[Split::Validation]).div_ceil(workspace.capacity);
        let words = [total, slot_length(run), run.replicas.len(), steps, validation];
        let words = words.map(|word| word as u32);
        let buffers = [
            (&self.buffers.sums, Read),
            (&tensors.best_losses, Write),
            (&tensors.kept, Write),
            (&tensors.weights, Read),
            (&tensors.best, Write),
        ];
        let turns = steps.div_ceil(256) + total.div_ceil(1024) + validation;
        let entries = [("decide", [1, 1], turns), ("keep", grid(total), 0)];
        let dispatch = |(entry, workgroups, turns)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            self.dispatch(KEEP_BEST, variant, &words, &buffers, workgroups, turns)
        };
        entries.into_iter().map(dispatch).collect()
    }
}
