//! Bounds on a gradient.

/// A bound on the data gradient of a batch, before L2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clip {
    /// The L2 norm over all trainable tensors is at most this.
    Norm(f64),
    /// Each component lies within ± this.
    Value(f64),
}
