//! The layer that a residual puts in its shortcut where shapes differ.

/// A convolution of size 1 without an activation; a dense layer for features.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Channels of the output, or units.
    pub filters: usize,
    /// One stride per axis beside the channels.
    pub strides: Vec<usize>,
}
