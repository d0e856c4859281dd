//! The only source of time: a browser, which has another clock, can replace it.

pub use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
