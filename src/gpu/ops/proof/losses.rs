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
    let buffer =
        |name: &str| Buffer { name: name.into(), shape: vec![width], element: Element::Real };
    Plan {
        buffers: ["logits", "delta"].map(buffer).into(),
        measure: measure(loss, logits, delta),
        delta,
        ..empty(loss.clone())
    }
}

/// A batch's logits, targets, weights and scales, and what the kernel makes of them.
pub(in crate::rooms::gpu::ops) struct Losses {
    pub logits: Vec<f32>,
    pub truth: Vec<u32>,
    weights: Vec<f32>,
    scales: Vec<f32>,
    losses: Vec<u32>,
    delta: Vec<u32>,
    before: [Vec<u32>; 2],
}

impl Losses {
    pub fn run(
        bench: &mut Bench,
        shape: &Shape,
        loss: &Loss,
        (logits, truth): (Vec<f32>, Vec<u32>),
    ) -> Self {
        let replicas = shape.replicas();
        let batch = replicas * shape.capacity;
        let width = logits.len() / batch;
        let (weights, scales) = (bench.weights(batch), bench.weights(replicas));
        let before = [words(&bench.normal(batch, 1.0)), words(&bench.normal(logits.len(), 1.0))];
        let plan = plan(width, loss);
        let gpu = bench.dispatcher(replicas).gpu;
        let mut workspace = Workspace::new(gpu, &plan, replicas, shape.capacity).unwrap();
        let [of_scores, of_delta] = [plan.logits, plan.delta].map(|buffer| buffer.0);
        workspace.buffers[of_scores] = bench.upload(&logits);
        workspace.buffers[of_delta] = bench.upload(&before[1]);
        workspace.gathered.truth = bench.upload(&truth);
        workspace.gathered.weights = bench.upload(&weights);
        workspace.losses = bench.upload(&before[0]);
        let unused = bench.upload::<u32>(&[]);
        let dispatch = launch(
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
        bench.submit(&[dispatch], steps.collect());
        let losses = bench.read(&workspace.losses, batch);
        let delta = bench.read(&workspace.buffers[of_delta], logits.len());
        Losses { logits, truth, weights, scales, losses, delta, before }
    }

    /// Compares with (loss, its Σ|terms|) of each row, (delta, its Σ|terms|) of each score.
    pub fn compare(
        &self,
        bench: &mut Bench,
        shape: &Shape,
        losses: &[(f64, f64)],
        delta: &[(f64, f64)],
    ) {
        let width = self.logits.len() / self.weights.len();
        bench.rows("loss", shape, 1, (&self.losses, &self.before[0]), |replica, i, _| {
            let (loss, terms) = losses[replica * shape.capacity + i];
            (loss, tolerance(width, terms))
        });
        bench.rows("delta", shape, width, (&self.delta, &self.before[1]), |replica, i, c| {
            let row = replica * shape.capacity + i;
            let (delta, terms) = delta[row * width + c];
            // No probability is less than the least e^x.
            (delta, tolerance(width, terms) + LEAST * self.pull(shape, row))
        });
    }

    /// The twin on every replica's whole capacity: (losses, delta).
    pub fn twin(
        &self,
        shape: &Shape,
        twin: impl Fn(&[f64], &[u32], &[f64], f64, &mut [f64], &mut [f64]),
    ) -> (Vec<f64>, Vec<f64>) {
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
        (losses, delta)
    }

    /// weight · scale of a row.
    pub fn pull(&self, shape: &Shape, row: usize) -> f64 {
        f64::from(self.weights[row]) * f64::from(self.scales[row / shape.capacity])
    }
}

/// 0 or 1 each.
pub(in crate::rooms::gpu::ops) fn labels(bench: &mut Bench, elements: usize) -> Vec<f32> {
    bench.below(elements, 2).iter().map(|&label| label as f32).collect()
}
