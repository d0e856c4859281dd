//! How the steps of an epoch become dispatches.

pub(super) mod build;
pub(super) mod fit;
mod layered;
pub(super) mod network;
pub(super) mod quads;
pub(super) mod schedule;
pub(super) mod train;
