//! Sums over the rows and positions of a batch that are cut into parts: workgroups share them, and none makes more loop
//! iterations than software drivers can be trusted with.

use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;
use crate::plan::ops::parameter_gradient::ParameterGradient;
use crate::plan::{Operation, Plan, TensorId};

/// The most terms per part of an element of a product.
const PRODUCT_TERMS: usize = 4096;
/// The most terms per part of a sum over all elements.
const TERMS: usize = 1 << 16;
/// The most numbers per replica that the parts of a sum take, 32 MiB; a sum of more is cut less.
const MOST_NUMBERS: usize = 1 << 23;

/// The sum of an operation, cut into parts.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms::gpu) struct PartialSums {
    /// The tensor whose gradient the sums are.
    pub tensor: TensorId,
    /// Terms per part.
    pub terms: usize,
    /// The number of parts; a sum of one part is not cut.
    pub parts: usize,
}

impl PartialSums {
    /// The sums of an operation on up to `capacity` rows; None for operations whose sums are never cut.
    pub fn of(operation: &Operation, plan: &Plan, capacity: usize) -> Option<Self> {
        match operation {
            Operation::ConvolutionKernelGradient(own) => Some(Self::of_kernel(own, plan, capacity)),
            Operation::ParameterGradient(own) => Some(Self::of_parameter(own, plan, capacity)),
            _ => None,
        }
    }

    /// The sums of a kernel's gradient over the rows and positions.
    pub fn of_kernel(own: &ConvolutionKernelGradient, plan: &Plan, capacity: usize) -> Self {
        let all = capacity * own.windows.positions();
        let (terms, parts) = cut(all, PRODUCT_TERMS, plan.tensor_len(own.weight));
        PartialSums { tensor: own.weight, terms, parts }
    }

    /// The sum of the gradient of an activation's parameter over the rows and units.
    pub fn of_parameter(own: &ParameterGradient, plan: &Plan, capacity: usize) -> Self {
        let all = capacity * plan.row_len(own.z);
        let (terms, parts) = cut(all, TERMS, plan.tensor_len(own.parameter));
        PartialSums { tensor: own.parameter, terms, parts }
    }

    /// The numbers per replica that the parts of any operation of a plan take; 0 where none is cut.
    pub fn most(plan: &Plan, capacity: usize) -> usize {
        let all = plan.backward.iter().filter_map(|own| PartialSums::of(own, plan, capacity));
        let cut = all.filter(|sums| sums.parts > 1);
        cut.map(|sums| sums.parts * plan.tensor_len(sums.tensor)).max().unwrap_or(0)
    }
}

/// The terms per part and the parts of sums of `all` terms, one per element: `terms`, or a multiple where the parts would
/// not fit.
fn cut(all: usize, terms: usize, elements: usize) -> (usize, usize) {
    let most_parts = (MOST_NUMBERS / elements.max(1)).max(1);
    let terms = terms * all.div_ceil(terms).div_ceil(most_parts).max(1);
    (terms, all.div_ceil(terms).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_large_tensor_are_few_and_long() {
        let all = 10 * 64 - 1;
        assert_eq!(cut(all, 64, 100), (64, 10));
        assert_eq!(cut(all, 64, MOST_NUMBERS / 3), (4 * 64, 3));
        assert_eq!(cut(all, 64, MOST_NUMBERS), (10 * 64, 1));
        assert_eq!(cut(1, 64, 100), (64, 1));
    }
}
