//! The buffers of a batch, and where tensors lie in a flat array of parameters.

use std::ops::Range;

use super::gather::Batch;
use crate::expr::Scratch;
use crate::math::Real;
use crate::network::{BufferId, Plan, TensorId};

/// Where each tensor lies in an array that holds all of them, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    ranges: Vec<Range<usize>>,
}

impl Layout {
    pub fn new(plan: &Plan) -> Self {
        let mut end = 0;
        let mut next = |tensor: usize| {
            let start = end;
            end += plan.tensor_len(TensorId(tensor));
            start..end
        };
        Layout { ranges: (0..plan.tensors.len()).map(&mut next).collect() }
    }

    /// The range of a tensor.
    pub fn of(&self, tensor: TensorId) -> Range<usize> {
        self.ranges[tensor.0].clone()
    }

    /// The elements of all tensors.
    pub fn len(&self) -> usize {
        self.ranges.last().map_or(0, |last| last.end)
    }
}

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
