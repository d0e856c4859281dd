//! The GPU backend: WGSL kernels through wgpu, on Vulkan, Metal and DX12.

mod block;
mod buffers;
mod build;
mod data;
mod device;
mod engine;
mod epoch;
mod kernel;
mod layered;
#[cfg(test)]
mod lost_device;
mod measure;
mod network;
mod open;
mod predict;
#[cfg(test)]
mod proof;
mod quads;
mod record;
mod schedule;
mod signals;
mod snapshot;
mod sources;
mod state;
mod statistics;
mod steps;
mod train;
mod workspace;

pub use device::{Adapter, Gpu, adapters};
pub use engine::GpuBackend;
pub use open::Refused;
pub use quads::generated_sources;
pub use schedule::Schedule;
pub use sources::shader_sources;

#[cfg(test)]
#[path = "../../tests/gpu/adapter.rs"]
mod test_adapter;
