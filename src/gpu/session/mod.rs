//! A run on a device: its data, its network, its steps, on any schedule.

pub(super) mod data;
pub(super) mod network;
pub(super) mod partial_sums;
pub(super) mod record;
pub(super) mod run;
pub(super) mod schedule;
pub(super) mod sizes;
pub(super) mod slots;
pub(super) mod statistics;
pub(super) mod steps;
pub(super) mod tensors;
pub(super) mod train;
pub(super) mod workspace;
