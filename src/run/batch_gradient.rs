//! Mean or sum of the gradients of a batch.

/// How the gradients of the rows of a batch are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchGradient {
    /// Their (weighted) mean.
    Mean,
    /// Their (weighted) sum.
    Sum,
}
