//! The buffers of a batch.

use super::batch::Batch;
use super::gather::FoldScaling;
use super::room::Room;
use crate::expr::Scratch;
use crate::math::Real;
use crate::plan::{BufferId, Element, Plan};
use crate::run::{Moves, Run};

/// The buffers of up to `capacity` rows.
#[derive(Debug, Clone)]
pub(crate) struct Workspace<T> {
    /// One array per buffer of the plan, of capacity · row length; empty for indices.
    buffers: Vec<Vec<T>>,
    /// The same for buffers of indices; empty for real numbers.
    indices: Vec<Vec<u32>>,
    row_lens: Vec<usize>,
    /// Whether a buffer has one row per batch.
    is_of_batch: Vec<bool>,
    /// The rows in use.
    pub rows: usize,
    /// Targets, weights and losses.
    pub batch: Batch<T>,
    /// Room for expressions.
    pub scratch: Scratch<T>,
    /// Room for the columns of a convolution.
    columns: Vec<T>,
    /// Room for products in tiles.
    pub room: Room,
}

impl<T: Real> Workspace<T> {
    pub fn new(plan: &Plan, capacity: usize) -> Self {
        let row_lens: Vec<usize> =
            (0..plan.buffers.len()).map(|b| plan.row_len(BufferId(b))).collect();
        let (mut buffers, mut indices) = (vec![], vec![]);
        for (buffer, row_len) in plan.buffers.iter().zip(&row_lens) {
            let rows = if buffer.is_of_batch { 1 } else { capacity };
            let len = |element| if buffer.element == element { rows * row_len } else { 0 };
            buffers.push(vec![T::ZERO; len(Element::Real)]);
            indices.push(vec![0; len(Element::Index)]);
        }
        Workspace {
            buffers,
            indices,
            row_lens,
            is_of_batch: plan.buffers.iter().map(|buffer| buffer.is_of_batch).collect(),
            rows: 0,
            batch: Batch::default(),
            scratch: Scratch::default(),
            columns: vec![],
            room: Room::default(),
        }
    }

    /// Takes these rows of the table: inputs, targets and weights.
    pub fn gather(&mut self, run: &Run, scaling: &FoldScaling<T>, rows: &[u32]) {
        self.rows = rows.len();
        self.batch.gather(scaling, &run.table, rows);
        let apart = self.row_len(run.plan.input);
        self.with(run.plan.input, |inputs, _| scaling.gather(&run.table, rows, apart, inputs));
    }

    /// The same for training, where rows may be moved; `first` is the index of the first row in its epoch.
    pub fn gather_to_train(
        &mut self,
        run: &Run,
        scaling: &FoldScaling<T>,
        rows: &[u32],
        moves: (Option<&Moves>, usize),
    ) {
        let (Some(moves), first) = moves else { return self.gather(run, scaling, rows) };
        self.rows = rows.len();
        self.batch.gather(scaling, &run.table, rows);
        self.with(run.plan.input, |inputs, _| {
            scaling.gather_moved(&run.table, rows, (moves, first), inputs);
        });
    }

    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.row_lens[buffer.0]
    }

    /// The elements of a buffer in use.
    fn len(&self, buffer: BufferId) -> usize {
        let rows = if self.is_of_batch[buffer.0] { 1 } else { self.rows };
        rows * self.row_lens[buffer.0]
    }

    /// The rows in use of a buffer.
    pub fn of(&self, buffer: BufferId) -> &[T] {
        &self.buffers[buffer.0][..self.len(buffer)]
    }

    /// The rows in use of a buffer of indices.
    pub fn indices_of(&self, buffer: BufferId) -> &[u32] {
        &self.indices[buffer.0][..self.len(buffer)]
    }

    /// Runs `work` on the batch, with room for one loss per row, the logits, and the gradient with respect to them.
    pub fn with_batch(
        &mut self,
        logits: BufferId,
        delta: BufferId,
        work: impl FnOnce(&mut Batch<T>, &[T], &mut [T]),
    ) {
        self.with(delta, |delta, workspace| {
            let mut batch = std::mem::take(&mut workspace.batch);
            batch.losses.resize(batch.weights.len(), T::ZERO);
            work(&mut batch, workspace.of(logits), delta);
            workspace.batch = batch;
        });
    }

    /// [`Self::with`] for a buffer of indices.
    pub fn with_indices<R>(
        &mut self,
        buffer: BufferId,
        work: impl FnOnce(&mut [u32], &mut Self) -> R,
    ) -> R {
        let mut values = std::mem::take(&mut self.indices[buffer.0]);
        let len = self.len(buffer);
        let result = work(&mut values[..len], self);
        self.indices[buffer.0] = values;
        result
    }

    /// [`Self::with`] for a buffer that the plan may lack.
    pub fn with_optional<R>(
        &mut self,
        buffer: Option<BufferId>,
        work: impl FnOnce(Option<&mut [T]>, &mut Self) -> R,
    ) -> R {
        match buffer {
            None => work(None, self),
            Some(buffer) => self.with(buffer, |values, workspace| work(Some(values), workspace)),
        }
    }

    /// Runs `work` on the room for columns, with the rest of the workspace beside it.
    pub fn with_columns(&mut self, work: impl FnOnce(&mut Vec<T>, &mut Self)) {
        let mut columns = std::mem::take(&mut self.columns);
        work(&mut columns, self);
        self.columns = columns;
    }

    /// Runs `work` on the rows in use of one buffer, with the rest of the workspace beside it.
    pub fn with<R>(&mut self, buffer: BufferId, work: impl FnOnce(&mut [T], &mut Self) -> R) -> R {
        let mut values = std::mem::take(&mut self.buffers[buffer.0]);
        let len = self.len(buffer);
        let result = work(&mut values[..len], self);
        self.buffers[buffer.0] = values;
        result
    }
}
