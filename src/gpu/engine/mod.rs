//! The GPU behind the contract of backends.

pub(super) mod backend;
mod block;
mod epoch;
#[cfg(test)]
mod lost_device;
mod measure;
mod open;
mod predict;
mod snapshot;
mod state;
