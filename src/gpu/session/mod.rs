//! What a run has on a device, whatever the schedule.

pub(super) mod data;
pub(super) mod record;
pub(super) mod sizes;
pub(super) mod statistics;
pub(super) mod steps;
pub(super) mod tensors;
pub(super) mod workspace;
