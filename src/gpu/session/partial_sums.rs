//! Sums over the rows and positions of a batch that are cut into parts: workgroups share them, and none makes more loop
//! iterations than software drivers can be trusted with.

use crate::plan::{Operation, Plan, TensorId};

/// The most terms per part of an element of a product.
const PRODUCT_TERMS: usize = 4096;
/// The most terms per part of a sum over all elements.
const TERMS: usize = 1 << 16;

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
        let (tensor, terms, all) = match operation {
            Operation::ConvolutionKernelGradient(own) => {
                (own.weight, PRODUCT_TERMS, capacity * own.windows.positions())
            }
            Operation::ParameterGradient(own) => {
                (own.parameter, TERMS, capacity * plan.row_len(own.z))
            }
            _ => return None,
        };
        Some(PartialSums { tensor, terms, parts: all.div_ceil(terms).max(1) })
    }

    /// The numbers per replica that the parts of any operation of a plan take; 0 where none is cut.
    pub fn most(plan: &Plan, capacity: usize) -> usize {
        let all = plan.backward.iter().filter_map(|own| PartialSums::of(own, plan, capacity));
        let cut = all.filter(|sums| sums.parts > 1);
        cut.map(|sums| sums.parts * plan.tensor_len(sums.tensor)).max().unwrap_or(0)
    }
}
