//! How the steps of an epoch become dispatches.

mod build;
mod fit;
mod layered;
pub(super) mod open;
pub(super) mod quads;
