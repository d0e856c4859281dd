//! Where tensors lie in a flat array of parameters.

use std::ops::Range;

use super::lists::Plan;
use super::tensor::TensorId;

/// Where each tensor lies in an array that holds all of them, one after the other.
#[derive(Debug, Clone)]
pub struct Layout {
    ranges: Vec<Range<usize>>,
}

impl Layout {
    /// The layout of a plan's tensors, in their order.
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

    /// The elements of all tensors together.
    pub fn total(&self) -> usize {
        self.ranges.last().map_or(0, |last| last.end)
    }
}
