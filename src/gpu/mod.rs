//! The GPU backend: WGSL kernels through wgpu, on Vulkan, Metal and DX12.
//!
//! It has five floors: device < session < ops < schedules < engine. A file imports from its own floor and from those
//! below it.

mod device;
mod engine;
mod ops;
mod schedules;
mod session;

pub use device::adapter::{Adapter, adapters};
pub use device::gpu::Gpu;
pub use device::sources::shader_sources;
pub use engine::backend::GpuBackend;
pub use engine::infer::GpuInference;
pub use schedules::open::Refused;
pub use schedules::quads::generated::generated_sources;
pub use session::schedule::Schedule;

#[cfg(test)]
#[path = "../../tests/gpu/adapter.rs"]
mod test_adapter;
