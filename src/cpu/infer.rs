//! A trained network on the CPU.

use ndarray::{Array2, ArrayView2, Axis};

use super::evaluate::block_rows;
use super::executor::Executor;
use super::metric_sums::add_losses;
use super::ops::product::Product;
use super::workspace::Workspace;
use crate::backend::{Answer, Evaluated, Infer, Trained};
use crate::error::Result;
use crate::memory::refuse_beyond;
use crate::metrics::{Evaluation, Truth};
use crate::plan::Layout;

/// A trained network on the CPU, computing in `T`.
pub struct CpuInference<T> {
    trained: Trained,
    layout: Layout,
    weights: Vec<T>,
    workspace: Workspace<T>,
    /// The rows that the workspace has room for; those of the largest block so far.
    capacity: usize,
    block_rows: usize,
}

impl<T: Product> CpuInference<T> {
    /// Refused where the system lacks the memory for it.
    pub fn new(trained: Trained) -> Result<Self> {
        let (plan, block_rows) = (&trained.plan, block_rows(&trained.plan));
        let block =
            block_rows as u128 * plan.row_elements() as u128 + plan.room_elements(block_rows);
        let bytes = (trained.weights.len() as u128 + block) * size_of::<T>() as u128;
        refuse_beyond(bytes.try_into().unwrap_or(u64::MAX), "cpu", 1)?;
        Ok(CpuInference {
            layout: Layout::new(&trained.plan),
            weights: trained.weights.iter().map(|&w| T::from_f64(f64::from(w))).collect(),
            workspace: Workspace::new(&trained.plan, 0),
            capacity: 0,
            trained,
            block_rows,
        })
    }

    /// From rows to logits.
    fn forward(&mut self, rows: ArrayView2<f32>) {
        let plan = &self.trained.plan;
        if rows.nrows() > self.capacity {
            self.capacity = rows.nrows();
            self.workspace = Workspace::new(plan, self.capacity);
        }
        self.workspace.rows = rows.nrows();
        self.workspace.with(plan.input, |inputs, _| {
            for (to, x) in inputs.iter_mut().zip(rows) {
                *to = T::from_f64(f64::from(*x));
            }
        });
        Executor::layered(plan, &self.layout).inference(&self.weights, &mut self.workspace);
    }

    /// Appends the outputs for the logits.
    fn add_outputs(&mut self, to: &mut Vec<f64>) {
        let plan = &self.trained.plan;
        Executor::layered(plan, &self.layout).predict(&self.weights, &mut self.workspace);
        to.extend(self.workspace.of(plan.output).iter().map(|y| y.to_f64()));
    }

    /// The sum of the losses for the logits.
    fn loss_sum(&mut self, truth: &Truth) -> f64 {
        let Trained { plan, targets, .. } = &self.trained;
        self.workspace.batch.set(truth, targets);
        let executor = Executor::layered(plan, &self.layout);
        executor.loss(&self.weights, &mut self.workspace, T::ONE);
        let mut sums = Evaluation::default();
        let batch = &self.workspace.batch;
        add_losses(&batch.losses, &batch.weights, &mut sums);
        sums.loss_sum
    }
}

impl<T: Product> Infer for CpuInference<T> {
    fn predict<'a>(&'a mut self, rows: ArrayView2<'a, f32>) -> Answer<'a, Array2<f64>> {
        Box::pin(async move {
            let mut values = vec![];
            for block in rows.axis_chunks_iter(Axis(0), self.block_rows) {
                self.forward(block);
                self.add_outputs(&mut values);
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
            for block in rows.axis_chunks_iter(Axis(0), self.block_rows) {
                self.forward(block);
                loss_sum += self.loss_sum(&truth.rows(first..first + block.nrows()));
                self.add_outputs(&mut values);
                first += block.nrows();
            }
            Ok(Evaluated { predictions: self.trained.predictions(values), loss_sum })
        })
    }
}
