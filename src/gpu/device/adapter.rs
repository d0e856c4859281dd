//! Adapters: the GPUs that the system offers, and software that stands in for them.

use wgpu::{Backends, DeviceType, Instance, InstanceDescriptor};

use super::gpu::Gpu;
use crate::error::Result;

/// A GPU, or a software stand-in for one, as the system offers it.
pub struct Adapter {
    adapter: wgpu::Adapter,
    /// What the driver says of it.
    pub info: wgpu::AdapterInfo,
    /// What it allows.
    pub limits: wgpu::Limits,
}

/// Every adapter that can compute, real GPUs first; empty on a machine that has none.
pub async fn adapters() -> Vec<Adapter> {
    let backends = Backends::VULKAN | Backends::METAL | Backends::DX12;
    let instance = Instance::new(InstanceDescriptor {
        backends,
        ..InstanceDescriptor::new_without_display_handle_from_env()
    });
    let found = instance.enumerate_adapters(backends).await;
    let mut adapters: Vec<Adapter> = found
        .into_iter()
        .map(|adapter| Adapter { info: adapter.get_info(), limits: adapter.limits(), adapter })
        .collect();
    adapters.sort_by_key(|adapter| match adapter.info.device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    });
    adapters
}

impl Adapter {
    /// Whether it computes on the CPU: lavapipe, SwiftShader, WARP.
    pub fn is_software(&self) -> bool {
        self.info.device_type == DeviceType::Cpu
    }

    /// `discrete GPU`, `software`, ...
    pub fn kind(&self) -> &'static str {
        match self.info.device_type {
            DeviceType::DiscreteGpu => "discrete GPU",
            DeviceType::IntegratedGpu => "integrated GPU",
            DeviceType::VirtualGpu => "virtual GPU",
            DeviceType::Cpu => "software",
            DeviceType::Other => "other",
        }
    }

    /// The adapter itself, for callers that use wgpu directly.
    pub fn wgpu(&self) -> &wgpu::Adapter {
        &self.adapter
    }

    /// Opens the device with all the adapter's limits.
    pub async fn open(&self) -> Result<Gpu> {
        Gpu::open(&self.adapter, &self.info, &self.limits).await
    }
}
