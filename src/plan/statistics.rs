//! Means and scales, as normalisations read them.

use crate::plan::buffer::BufferId;

/// Means and scales of values of (channels, positions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Means, then scales.
    pub buffer: BufferId,
    /// What they are taken over.
    pub over: Over,
}

/// What statistics are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The rows and positions of a batch: (2, channels).
    Batch,
    /// The channels of each position: rows of (2, positions).
    Channels,
}
