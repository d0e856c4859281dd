//! A trained network on a GPU.

use ndarray::{Array2, ArrayView2, Axis};

use crate::backend::{Answer, Evaluated, Infer, Trained};
use crate::error::Result;
use crate::gpu::device::dispatch::{Dispatch, Dispatcher};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::ops::{launch, list};
use crate::gpu::session::record::StepBuffers;
use crate::gpu::session::sizes::block_rows;
use crate::gpu::session::steps::Step;
use crate::gpu::session::train::check;
use crate::gpu::session::workspace::Workspace;
use crate::metrics::Truth;
use crate::plan::{BufferId, Layout};

/// Numbers that the inputs, or the outputs, of a block hold.
const BLOCK_NUMBERS: usize = 1 << 20;

/// A trained network on a GPU, which predicts and evaluates.
pub struct GpuInference {
    gpu: Gpu,
    trained: Trained,
    workspace: Workspace,
    steps: StepBuffers,
    /// The dispatches from inputs to outputs.
    predict: Vec<Dispatch>,
    /// The dispatches from logits to the losses of the rows.
    measure: Vec<Dispatch>,
}

impl GpuInference {
    /// Puts a trained network on a device. The error is unfit if the device has too little memory, or its limits are
    /// too small for the network.
    pub async fn new(gpu: Gpu, trained: Trained) -> Result<Self> {
        let widest = trained.network.inputs().max(trained.network.outputs());
        let capacity = block_rows(&gpu, &trained.plan, 1).min(BLOCK_NUMBERS / widest).max(1);
        let weights = 4 * trained.weights.len() as u64;
        let bytes = weights + Workspace::bytes(&trained.plan, 1, capacity);
        let built = gpu.allocating(bytes, 1, || {
            let mut kernels = Kernels::new(&gpu);
            let workspace = Workspace::new(&gpu, &trained.plan, 1, capacity)?;
            let [predict, measure] = dispatches(&gpu, &mut kernels, &trained, &workspace)?;
            check(&gpu, predict.iter().chain(&measure))?;
            let steps = StepBuffers::new(&gpu, &kernels, &[[0, 1]], 1)?;
            Ok((workspace, steps, predict, measure))
        });
        let (workspace, steps, predict, measure) = built.await?;
        gpu.write(&workspace.gathered.weights, &vec![1.0f32; capacity]);
        Ok(GpuInference { gpu, trained, workspace, steps, predict, measure })
    }

    /// Makes these dispatches on the rows of a block.
    fn submit(&self, rows: usize, dispatches: &[Dispatch]) {
        let step = Step { rows: rows as u32, scale: 1.0, ..Step::default() };
        self.gpu.write(&self.steps.steps, &[step]);
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        self.steps.record(&mut pass, 0, dispatches, 1);
        drop(pass);
        self.gpu.submit(encoder);
    }

    /// Predicts a block, and appends its outputs to `outputs`.
    async fn predict_block(&self, rows: ArrayView2<'_, f32>, outputs: &mut Vec<f64>) -> Result<()> {
        let plan = &self.trained.plan;
        let x = rows.as_standard_layout();
        self.gpu.write(self.buffer(plan.input), x.as_slice().unwrap_or_default());
        self.submit(rows.nrows(), &self.predict);
        let elements = rows.nrows() * plan.row_len(plan.output);
        let y: Vec<f32> = self.gpu.read(self.buffer(plan.output), elements).await?;
        outputs.extend(y.into_iter().map(f64::from));
        Ok(())
    }

    /// The sum of the losses of the last predicted block.
    async fn loss_sum(&self, truth: &Truth) -> Result<f64> {
        let targets = &self.trained.targets;
        let (rows, words) = match truth {
            Truth::Classes(classes) => (classes.len(), classes.clone()),
            Truth::Labels(values) | Truth::Values(values) => {
                let scaled = values.indexed_iter().map(|((_, output), y)| {
                    let (shift, scale) =
                        (targets.shift[output] as f32, targets.scale[output] as f32);
                    ((*y as f32 - shift) * scale).to_bits()
                });
                (values.nrows(), scaled.collect())
            }
        };
        self.gpu.write(&self.workspace.gathered.truth, &words);
        self.submit(rows, &self.measure);
        let losses: Vec<f32> = self.gpu.read(&self.workspace.losses, rows).await?;
        Ok(losses.into_iter().map(f64::from).sum())
    }

    fn buffer(&self, buffer: BufferId) -> &wgpu::Buffer {
        self.workspace.of(buffer)
    }
}

/// The dispatches that predict, and those that make the losses from the logits.
fn dispatches(
    gpu: &Gpu,
    kernels: &mut Kernels,
    trained: &Trained,
    workspace: &Workspace,
) -> Result<[Vec<Dispatch>; 2]> {
    let plan = &trained.plan;
    let weights = gpu.upload("the weights", &trained.weights)?;
    let mut launcher = Launcher {
        plan,
        layout: &Layout::new(plan),
        // No operation of inference writes a gradient.
        gradients: &workspace.unused,
        dispatcher: Dispatcher { gpu, kernels, replicas: 1 },
        workspace,
        weights: &weights,
    };
    let mut predict = list(&plan.inference, &mut launcher);
    predict.extend(list(plan.predict.as_slice(), &mut launcher));
    Ok([predict, launch(&plan.measure, &mut launcher)])
}

impl Infer for GpuInference {
    fn predict<'a>(&'a mut self, rows: ArrayView2<'a, f32>) -> Answer<'a, Array2<f64>> {
        Box::pin(async move {
            let mut values = vec![];
            for block in rows.axis_chunks_iter(Axis(0), self.workspace.capacity) {
                self.predict_block(block, &mut values).await?;
            }
            Ok(self.trained.predictions(values))
        })
    }

    fn evaluate<'a>(
        &'a mut self,
        rows: ArrayView2<'a, f32>,
        truth: &'a Truth,
    ) -> Answer<'a, Evaluated> {
        Box::pin(async move {
            let (mut values, mut loss_sum, mut first) = (vec![], 0.0, 0);
            for block in rows.axis_chunks_iter(Axis(0), self.workspace.capacity) {
                self.predict_block(block, &mut values).await?;
                loss_sum += self.loss_sum(&truth.rows(first..first + block.nrows())).await?;
                first += block.nrows();
            }
            Ok(Evaluated { predictions: self.trained.predictions(values), loss_sum })
        })
    }
}
