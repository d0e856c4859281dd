//! `y[c]` is the largest element of `x[c]`: (channels, ...) to (channels).

use super::global_pool::Global;

/// The largest element of each channel.
pub type GlobalMaxPool = Global<false>;
