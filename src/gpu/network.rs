//! A network on the device: its weights, its workspaces, and the dispatches of its steps.

use super::Gpu;
use super::data::Data;
use super::kernel::Access::{Read, Write};
use super::kernel::{Dispatch, Kernels, Variant};
use super::layered::{Layered, grid};
use super::statistics::{confusion_length, slot_length};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::network::{Layout, Task, initial_values};
use crate::params::{BatchGradient, Clip, Optimizer, Run};

/// Rows of a block of an evaluation.
const BLOCK: usize = 1024;
/// Weights of a stretch of the norm's sum.
const STRETCH: usize = 4096;
/// Turns of loops that software drivers can be trusted with, an invocation and dispatch: Mesa before
/// 23 leaves every loop after 65,535 of them, without an error.
const TURNS: u64 = 60_000;

/// The tensors of all replicas: (replica, weights), one array each.
pub(super) struct Tensors {
    pub weights: wgpu::Buffer,
    pub best: wgpu::Buffer,
    pub gradients: wgpu::Buffer,
    /// The optimizer's slots.
    pub slots: Vec<wgpu::Buffer>,
    pub best_losses: wgpu::Buffer,
    pub kept: wgpu::Buffer,
}

/// The dispatches of one kind of step, in their order.
pub(super) struct Steps {
    /// Batch, gather, forward, loss, metrics, backward, clip, update.
    pub train: Vec<Dispatch>,
    /// The same without metrics, clip and update, and with the prediction: every quantity stays.
    pub trace: Vec<Dispatch>,
    /// Batch, gather, forward, loss, metrics on the current and on the best weights.
    pub evaluate: [Vec<Dispatch>; 2],
    /// Forward and prediction of rows the host has filled in, on the current and the best weights.
    pub predict: [Vec<Dispatch>; 2],
    /// The end of an epoch: keep the best weights.
    pub keep_best: Vec<Dispatch>,
}

/// Everything of a run that lives on the device.
pub(super) struct DeviceNetwork {
    pub layout: Layout,
    pub tensors: Tensors,
    pub training: Workspace,
    pub evaluation: Workspace,
    /// Slots of sums: training steps, then validation blocks; (slot, replica).
    pub sums: wgpu::Buffer,
    pub slots: usize,
    /// (training or evaluation, replica, true class, predicted class)
    pub confusion: wgpu::Buffer,
    pub steps: Steps,
}

impl DeviceNetwork {
    /// Allocates and compiles everything; blocks of evaluation of `validation_blocks` in an epoch.
    pub fn new(gpu: &Gpu, kernels: &mut Kernels, run: &Run, data: &Data) -> Result<Self> {
        let replicas = run.replicas.len();
        let layout = Layout::new(&run.plan);
        let training = Workspace::new(gpu, &run.plan, replicas, training_capacity(run))?;
        let evaluation = Workspace::new(gpu, &run.plan, replicas, evaluation_capacity(run))?;
        let tensors = Tensors::new(gpu, run, &layout)?;
        let slots = slots(run) * replicas;
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
        let steps = Steps {
            train: build.train(&training)?,
            trace: build.trace(&training),
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
        check_turns(gpu, &steps)?;
        Ok(DeviceNetwork { layout, tensors, training, evaluation, sums, slots, confusion, steps })
    }

    /// The bytes of all that, for the check before anything is allocated.
    pub fn bytes(run: &Run) -> u64 {
        let replicas = run.replicas.len();
        let arrays = 3 + run.step.optimizer.slots();
        let weights = 4 * (replicas * run.plan.parameters() * arrays) as u64;
        let sums = 4 * (slots(run) * replicas * slot_length(run)) as u64;
        weights
            + sums
            + Workspace::bytes(&run.plan, replicas, training_capacity(run))
            + Workspace::bytes(&run.plan, replicas, evaluation_capacity(run))
    }
}

/// Rows of the largest list of a split.
fn most_rows(run: &Run, splits: &[crate::data::Split]) -> usize {
    let rows = run.replicas.iter().flat_map(|r| splits.iter().map(|s| r.splits.of(*s).len()));
    rows.max().unwrap_or(0)
}

fn training_capacity(run: &Run) -> usize {
    run.step.batch_size.min(most_rows(run, &[crate::data::Split::Train])).max(1)
}

fn evaluation_capacity(run: &Run) -> usize {
    most_rows(run, &crate::data::Split::ALL).clamp(1, BLOCK)
}

/// Slots of one replica: the steps of an epoch and its validation, or the blocks of any evaluation.
fn slots(run: &Run) -> usize {
    let blocks = |splits| most_rows(run, splits).div_ceil(evaluation_capacity(run));
    let epoch = run.steps() as usize + blocks(&[crate::data::Split::Validation][..]);
    epoch.max(blocks(&crate::data::Split::ALL[..]))
}

/// 1 where L2 pulls.
fn decays(run: &Run) -> Vec<f32> {
    let of = |tensor: &crate::network::Tensor| {
        let len = tensor.shape.iter().product();
        std::iter::repeat_n(f32::from(u8::from(tensor.decay)), len)
    };
    run.plan.tensors.iter().flat_map(of).collect()
}

/// On software drivers no dispatch may make more turns of loops than they survive.
fn check_turns(gpu: &Gpu, steps: &Steps) -> Result<()> {
    let lists = [&steps.train, &steps.evaluate[0], &steps.predict[0], &steps.keep_best];
    let most = lists.into_iter().flatten().map(|dispatch| dispatch.iterations).max().unwrap_or(0);
    if gpu.is_software && most > TURNS {
        return Err(Error::input(format!(
            "{}: a kernel would make {most} turns of a loop, and software drivers can be trusted with \
             {TURNS}; use --device cpu, or a smaller BATCH_SIZE",
            gpu.name
        )));
    }
    Ok(())
}

impl Tensors {
    fn new(gpu: &Gpu, run: &Run, layout: &Layout) -> Result<Self> {
        let replicas = run.replicas.len();
        let initial = run.replicas.iter().flat_map(|r| initial_values(&run.plan.tensors, r.seed));
        let initial: Vec<f32> = initial.map(|value| value as f32).collect();
        let all = replicas * layout.total();
        let slot = |_| gpu.storage("the optimizer's moments", all);
        Ok(Tensors {
            weights: gpu.upload("the weights", &initial)?,
            best: gpu.upload("the best weights", &initial)?,
            gradients: gpu.storage("the gradients", all)?,
            slots: (0..run.step.optimizer.slots()).map(slot).collect::<Result<_>>()?,
            best_losses: gpu.upload("the best losses", &vec![f32::MAX; replicas])?,
            kept: gpu.storage("the kept flags", replicas)?,
        })
    }
}

/// Builds the dispatches of a network.
struct Build<'a> {
    gpu: &'a Gpu,
    kernels: &'a mut Kernels,
    run: &'a Run,
    data: &'a Data,
    layout: &'a Layout,
    tensors: &'a Tensors,
    sums: &'a wgpu::Buffer,
    confusion: &'a wgpu::Buffer,
    decays: &'a wgpu::Buffer,
}

impl Build<'_> {
    fn layered<'b>(
        &'b mut self,
        workspace: &'b Workspace,
        weights: &'b wgpu::Buffer,
    ) -> Layered<'b> {
        Layered {
            gpu: self.gpu,
            kernels: self.kernels,
            plan: &self.run.plan,
            layout: self.layout,
            replicas: self.run.replicas.len(),
            workspace,
            weights,
            gradients: &self.tensors.gradients,
        }
    }

    fn train(&mut self, workspace: &Workspace) -> Result<Vec<Dispatch>> {
        let weights = &self.tensors.weights;
        let mut step = self.gather(workspace, weights);
        step.extend(self.layered(workspace, weights).forward());
        step.push(self.layered(workspace, weights).loss());
        step.push(self.metrics(workspace, weights));
        step.extend(self.layered(workspace, weights).backward());
        step.extend(self.update(workspace)?);
        Ok(step)
    }

    fn trace(&mut self, workspace: &Workspace) -> Vec<Dispatch> {
        let weights = &self.tensors.weights;
        let mut step = self.gather(workspace, weights);
        step.extend(self.layered(workspace, weights).forward());
        step.push(self.layered(workspace, weights).loss());
        step.extend(self.layered(workspace, weights).predict());
        step.extend(self.layered(workspace, weights).backward());
        step
    }

    fn evaluate(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        let mut step = self.gather(workspace, weights);
        step.extend(self.layered(workspace, weights).forward());
        step.push(self.layered(workspace, weights).loss());
        step.push(self.metrics(workspace, weights));
        step
    }

    fn predict(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        let mut step = self.layered(workspace, weights).forward();
        step.extend(self.layered(workspace, weights).predict());
        step
    }

    /// The rows of the batch, their targets and weights, the inputs, and the scale of the gradient.
    fn gather(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Vec<Dispatch> {
        let (run, data) = (self.run, self.data);
        let regression = run.network.task() == Task::Regression;
        let outputs = if regression { run.network.outputs() } else { 0 };
        let weighted_classes = run.replicas.first().map_or(0, |r| r.class_weights.len());
        let words = [
            workspace.capacity as u32,
            outputs as u32,
            weighted_classes as u32,
            u32::from(run.table.row_weights.is_some()),
        ];
        let buffers = [
            (&data.lists.buffer, Read),
            (&data.targets, Read),
            (&data.row_weights, Read),
            (&data.target_frames, Read),
            (&workspace.rows, Write),
            (&workspace.truth, Write),
            (&workspace.weights, Write),
        ];
        let rows = grid(workspace.capacity);
        let mut layered = self.layered(workspace, weights);
        let mut gather = vec![layered.dispatch(
            "batch",
            Variant::default(),
            &words,
            &buffers,
            rows,
            24 + outputs,
        )];
        let inputs = run.network.inputs();
        let elements = grid(workspace.capacity * inputs);
        for part in &data.parts {
            let words =
                [workspace.capacity, inputs, part.first_row, part.rows].map(|word| word as u32);
            let buffers = [
                (&part.buffer, Read),
                (&data.input_frames, Read),
                (&workspace.rows, Read),
                (workspace.of(run.plan.input), Write),
            ];
            gather.push(layered.dispatch(
                "gather",
                Variant::default(),
                &words,
                &buffers,
                elements,
                0,
            ));
        }
        let mean = run.step.batch_gradient == BatchGradient::Mean;
        let words = [workspace.capacity as u32, u32::from(mean)];
        let buffers = [(&workspace.weights, Read), (&workspace.scales, Write)];
        let turns = workspace.capacity.div_ceil(64) + 6;
        gather.push(layered.dispatch(
            "weight_sum",
            Variant::default(),
            &words,
            &buffers,
            [1, 1],
            turns,
        ));
        gather
    }

    fn metrics(&mut self, workspace: &Workspace, weights: &wgpu::Buffer) -> Dispatch {
        let scores = self.run.plan.row_len(self.run.plan.scores);
        let (logits, outputs) = match self.run.network.task() {
            Task::Classification => (scores, 0),
            Task::Regression => (0, scores),
        };
        let words = [workspace.capacity, logits, outputs].map(|word| word as u32);
        let buffers = [
            (workspace.of(self.run.plan.scores), Read),
            (&workspace.truth, Read),
            (&workspace.weights, Read),
            (&workspace.losses, Read),
            (self.sums, Write),
            (self.confusion, Write),
        ];
        let turns = workspace.capacity.div_ceil(64) * (1 + logits + outputs) + 6 * (1 + outputs);
        let mut layered = self.layered(workspace, weights);
        layered.dispatch("metric_sums", Variant::default(), &words, &buffers, [1, 1], turns)
    }

    /// Clip by norm, if asked for, and the optimizer's step; by value is part of that step.
    fn update(&mut self, workspace: &Workspace) -> Result<Vec<Dispatch>> {
        let (run, tensors, decays) = (self.run, self.tensors, self.decays);
        let (total, replicas) = (self.layout.total(), run.replicas.len());
        // 1 wherever no norm is too long.
        let scales = self.gpu.upload("the scales of the gradient", &vec![1.0f32; replicas])?;
        let mut update = vec![];
        if let Some(Clip::Norm(bound)) = run.step.clip {
            let stretches = total.div_ceil(STRETCH);
            let squares = self.gpu.storage("the squares of the gradient", replicas * stretches)?;
            let words = [total as u32, stretches as u32, (bound as f32).to_bits()];
            let buffers = [(&tensors.gradients, Read), (&squares, Write), (&scales, Write)];
            for (entry, workgroups, turns) in
                [("partial", stretches, STRETCH / 64), ("finish", 1, stretches.div_ceil(64))]
            {
                let variant = Variant { entry: Some(entry), ..Variant::default() };
                let mut layered = self.layered(workspace, &tensors.weights);
                let workgroups = [workgroups, 1];
                update.push(layered.dispatch(
                    "clip",
                    variant,
                    &words,
                    &buffers,
                    workgroups,
                    turns + 6,
                ));
            }
        }
        let bound = match run.step.clip {
            Some(Clip::Value(bound)) => bound as f32,
            _ => f32::MAX,
        };
        let mut words = vec![total as u32, bound.to_bits()];
        let mut buffers = vec![
            (&tensors.gradients, Read),
            (decays, Read),
            (&scales, Read),
            (&tensors.weights, Write),
        ];
        let name = match run.step.optimizer {
            Optimizer::Sgd => "sgd",
            Optimizer::Adam { beta1, beta2, epsilon } => {
                let numbers = [beta1, beta2, 1.0 - beta1, 1.0 - beta2, epsilon];
                words.extend(numbers.map(|number| (number as f32).to_bits()));
                buffers.extend(tensors.slots.iter().map(|slot| (slot, Write)));
                "adam"
            }
        };
        let mut layered = self.layered(workspace, &tensors.weights);
        update.push(layered.dispatch(name, Variant::default(), &words, &buffers, grid(total), 0));
        Ok(update)
    }

    fn keep_best(&mut self, workspace: &Workspace) -> Vec<Dispatch> {
        let (run, tensors) = (self.run, self.tensors);
        let total = self.layout.total();
        let steps = run.steps() as usize;
        let validation =
            most_rows(run, &[crate::data::Split::Validation]).div_ceil(workspace.capacity);
        let words = [total, slot_length(run), run.replicas.len(), steps, validation];
        let words = words.map(|word| word as u32);
        let buffers = [
            (self.sums, Read),
            (&tensors.best_losses, Write),
            (&tensors.kept, Write),
            (&tensors.weights, Read),
            (&tensors.best, Write),
        ];
        let turns = steps.div_ceil(256) + total.div_ceil(1024) + validation;
        let entries = [("decide", [1, 1], turns), ("keep", grid(total), 0)];
        let dispatch = |(entry, workgroups, turns)| {
            let variant = Variant { entry: Some(entry), ..Variant::default() };
            let mut layered = self.layered(workspace, &tensors.weights);
            layered.dispatch("keep_best", variant, &words, &buffers, workgroups, turns)
        };
        entries.into_iter().map(dispatch).collect()
    }
}
