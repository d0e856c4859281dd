//! The ranges of tensors in a flat array of parameters.

use std::ops::Range;

use super::lists::Plan;
use super::tensor::TensorId;

/// The range of each tensor in an array that holds all of them, one after another.
#[derive(Debug, Clone)]
pub struct Layout {
    ranges: Vec<Range<usize>>,
}

impl Layout {
    /// The layout of a plan's tensors, in their order.
    pub fn new(plan: &Plan) -> Self {
        let (mut ranges, mut end) = (vec![], 0);
        for tensor in (0..plan.tensors.len()).map(TensorId) {
            let start = end;
            end += plan.tensor_len(tensor);
            ranges.push(start..end);
        }
        Layout { ranges }
    }

    /// The range of a tensor.
    pub fn of(&self, tensor: TensorId) -> Range<usize> {
        self.ranges[tensor.0].clone()
    }

    /// The elements of all tensors together.
    pub fn total(&self) -> usize {
        self.ranges.last().map_or(0, |last| last.end)
    }
}
