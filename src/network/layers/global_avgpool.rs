//! `y[c]` is the mean of `x[c]`: (channels, ...) to (channels).

use super::global_pool::Global;

/// The mean of each channel.
pub type GlobalAvgPool = Global<true>;
