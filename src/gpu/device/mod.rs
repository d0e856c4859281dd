//! A device: its adapter, its buffers, its kernels.

pub(super) mod adapter;
mod buffers;
pub(super) mod dispatch;
pub(super) mod gpu;
pub(super) mod kernel;
pub(super) mod limits;
pub(super) mod optimizer;
pub(super) mod sources;
pub(super) mod uniform;
