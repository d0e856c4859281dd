//! Time comes from here alone, so that a browser, which has another clock, can supply it.

pub use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
