//! The GPU backend: WGSL kernels through wgpu, on Vulkan, Metal and DX12.

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
mod network;
mod predict;
#[cfg(test)]
mod proof;
mod record;
mod signals;
mod sources;
mod state;
mod statistics;
mod steps;
mod workspace;

pub use device::{Adapter, Gpu, adapters};
pub use engine::GpuBackend;
pub use sources::shader_sources;

#[cfg(test)]
#[path = "../../tests/gpu/adapter.rs"]
mod test_adapter;
