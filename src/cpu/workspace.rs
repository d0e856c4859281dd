//! The buffers of a batch.

use super::batch::Batch;
use crate::expr::Scratch;
use crate::math::Real;
use crate::network::{BufferId, Plan};

/// The buffers of up to `capacity` rows.
#[derive(Debug, Clone)]
pub(super) struct Workspace<T> {
    /// One array a buffer of the plan, of capacity · row length.
    pub buffers: Vec<Vec<T>>,
    row_lens: Vec<usize>,
    /// The rows in use.
    pub rows: usize,
    /// Targets, weights and losses.
    pub batch: Batch<T>,
    /// Room for expressions.
    pub scratch: Scratch<T>,
}

impl<T: Real> Workspace<T> {
    pub fn new(plan: &Plan, capacity: usize) -> Self {
        let row_lens: Vec<usize> =
            (0..plan.buffers.len()).map(|b| plan.row_len(BufferId(b))).collect();
        Workspace {
            buffers: row_lens.iter().map(|len| vec![T::ZERO; capacity * len]).collect(),
            row_lens,
            rows: 0,
            batch: Batch::default(),
            scratch: Scratch::default(),
        }
    }

    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.row_lens[buffer.0]
    }

    /// The rows in use of a buffer.
    pub fn of(&self, buffer: BufferId) -> &[T] {
        &self.buffers[buffer.0][..self.rows * self.row_lens[buffer.0]]
    }

    /// Runs `work` on the rows in use of one buffer, with the rest of the workspace beside it.
    pub fn with<R>(&mut self, buffer: BufferId, work: impl FnOnce(&mut [T], &mut Self) -> R) -> R {
        let mut values = std::mem::take(&mut self.buffers[buffer.0]);
        let len = self.rows * self.row_lens[buffer.0];
        let result = work(&mut values[..len], self);
        self.buffers[buffer.0] = values;
        result
    }
}
