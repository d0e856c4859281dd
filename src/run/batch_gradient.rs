//! Mean or sum of the gradients of a batch.

/// How the rows' gradients become the batch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchGradient {
    /// Their (weighted) mean.
    Mean,
    /// Their (weighted) sum.
    Sum,
}
