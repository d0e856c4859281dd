//! What the proofs of losses share.

use super::bench::{Bench, LEAST, Shape, tolerance, wide, words};
use super::trial::empty;
use crate::gpu::ops::launch;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::session::steps::Step;
use crate::gpu::session::workspace::Workspace;
use crate::plan::{Buffer, BufferId, Element, Layout, Loss, Plan, measure};

/// A plan of a loss of `width` logits, which are its input.
fn plan(width: usize, loss: &Loss) -> Plan {
    let [logits, delta] = [0, 1].map(BufferId);
    let buffers = ["logits", "delta"].map(|name| Buffer {
        name: name.into(),
        shape: vec![width],
        is_of_batch: false,
        element: Element::Real,
    });
    Plan {
        buffers: buffers.into(),
        measure: measure(loss, logits, delta),
        delta,
        ..empty(loss.clone())
    }
}

/// A batch's logits, targets, weights and scales, and the kernel's losses and delta.
pub(in crate::rooms::gpu::ops) struct Losses {
    pub logits: Vec<f32>,
    pub truth: Vec<u32>,
    weights: Vec<f32>,
    scales: Vec<f32>,
    losses: Vec<u32>,
    delta: Vec<u32>,
    before: [Vec<u32>; 2],
}

/// The losses of the rows and delta, as the twin computes them.
pub(in crate::rooms::gpu::ops) struct LossTwin {
    losses: Vec<f64>,
    delta: Vec<f64>,
}

impl Losses {
    pub fn run(
        bench: &mut Bench,
        shape: &Shape,
        loss: &Loss,
        logits: Vec<f32>,
        truth: Vec<u32>,
    ) -> Self {
        let replicas = shape.replicas();
        let batch = replicas * shape.capacity;
        let width = logits.len() / batch;
        let (weights, scales) = (bench.weights(batch), bench.weights(replicas));
        let before = [words(&bench.normal(batch, 1.0)), words(&bench.normal(logits.len(), 1.0))];
        let plan = plan(width, loss);
        let gpu = bench.dispatcher(replicas).gpu;
        let mut workspace = Workspace::new(gpu, &plan, replicas, shape.capacity).unwrap();
        let [of_logits, of_delta] = [plan.logits, plan.delta].map(|buffer| buffer.0);
        workspace.buffers[of_logits] = bench.upload(&logits);
        workspace.buffers[of_delta] = bench.upload(&before[1]);
        workspace.gathered.truth = bench.upload(&truth);
        workspace.gathered.weights = bench.upload(&weights);
        workspace.losses = bench.upload(&before[0]);
        let unused = bench.upload::<u32>(&[]);
        let dispatches = launch(
            &plan.measure,
            &mut Launcher {
                dispatcher: bench.dispatcher(replicas),
                plan: &plan,
                layout: &Layout::new(&plan),
                workspace: &workspace,
                weights: &unused,
                gradients: &unused,
            },
        );
        let steps = shape.steps().into_iter().zip(&scales);
        let steps = steps.map(|(step, &scale)| Step { scale, ..step });
        bench.submit(&dispatches, steps.collect());
        let losses = bench.read(&workspace.losses, batch);
        let delta = bench.read(&workspace.buffers[of_delta], logits.len());
        Losses { logits, truth, weights, scales, losses, delta, before }
    }

    /// Compares with the twin; Σ|terms| of a loss by the index of its row, of delta by that of its logit.
    pub fn compare(
        &self,
        bench: &mut Bench,
        shape: &Shape,
        twin: &LossTwin,
        loss_terms: impl Fn(usize) -> f64,
        delta_terms: impl Fn(usize) -> f64,
    ) {
        let width = self.logits.len() / self.weights.len();
        bench.rows("loss", shape, 1, &self.losses, &self.before[0], |replica, i, _| {
            let row = replica * shape.capacity + i;
            (twin.losses[row], tolerance(width, loss_terms(row)))
        });
        bench.rows("delta", shape, width, &self.delta, &self.before[1], |replica, i, c| {
            let row = replica * shape.capacity + i;
            let at = row * width + c;
            // No probability is less than the least e^x.
            let bound = tolerance(width, delta_terms(at)) + LEAST * self.pull(shape, row);
            (twin.delta[at], bound)
        });
    }

    /// The twin on every replica's whole capacity.
    pub fn twin(
        &self,
        shape: &Shape,
        twin: impl Fn(&[f64], &[u32], &[f64], f64, &mut [f64], &mut [f64]),
    ) -> LossTwin {
        let (mut losses, mut delta) = (vec![0.0; self.weights.len()], vec![0.0; self.logits.len()]);
        let (logits, weights) = (wide(&self.logits), wide(&self.weights));
        let rows = logits.len() / shape.replicas();
        let truths = self.truth.len() / shape.replicas();
        for (replica, &scale) in self.scales.iter().enumerate() {
            let own = replica * shape.capacity..(replica + 1) * shape.capacity;
            let all = replica * rows..(replica + 1) * rows;
            let truth = &self.truth[replica * truths..(replica + 1) * truths];
            let (losses, delta) = (&mut losses[own.clone()], &mut delta[all.clone()]);
            twin(&logits[all], truth, &weights[own], f64::from(scale), losses, delta);
        }
        LossTwin { losses, delta }
    }

    /// weight · scale of a row.
    pub fn pull(&self, shape: &Shape, row: usize) -> f64 {
        f64::from(self.weights[row]) * f64::from(self.scales[row / shape.capacity])
    }
}

/// 1 / (1 + e^-z) in f64.
pub(in crate::rooms::gpu::ops) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// ln(1 + e^z) in f64.
pub(in crate::rooms::gpu::ops) fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// Labels, each 0 or 1.
pub(in crate::rooms::gpu::ops) fn labels(bench: &mut Bench, elements: usize) -> Vec<f32> {
    bench.below(elements, 2).iter().map(|&label| label as f32).collect()
}
