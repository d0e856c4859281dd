//! Means and scales, as normalisations read them.

use crate::plan::buffer::BufferId;

/// Means and scales of values of (channels, positions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Means, then scales; and of a batch of rows that have lengths, how many values of a channel there are.
    pub buffer: BufferId,
    /// What they are taken over.
    pub over: Over,
    /// The positions of each row that exist, of statistics of a batch; None if all do.
    pub lengths: Option<BufferId>,
}

/// What statistics are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The rows and positions of a batch: (2, channels).
    Batch,
    /// The channels of each position: rows of (2, positions).
    Channels,
}
