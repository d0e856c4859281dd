//! The operations of a plan as dispatches, each alone.

pub(super) mod layered;
#[cfg(test)]
mod proof;
mod signals;
pub(super) mod update;
