//! `gpu-mlp devices`

use super::console;
use super::wrap::wrapped;
use crate::error::Result;
use crate::gpu::adapters;

/// Lists what can compute: the number or a part of the name is what --device takes.
pub(super) async fn run() -> Result<()> {
    let line = |text: &str| console::line(&wrapped(text));
    let adapters = adapters().await;
    for (index, adapter) in adapters.iter().enumerate() {
        let (info, limits) = (&adapter.info, &adapter.limits);
        line(&format!("{index}: {} ({}, {:?})", info.name, adapter.kind(), info.backend))?;
        line(&format!("   driver: {} {}", info.driver, info.driver_info))?;
        if adapter.is_software() {
            line(&format!(
                "   a software adapter: it computes on the CPU, so auto never takes it; --device {index} does"
            ))?;
        }
        line(&format!(
            "   limits: buffer {} MiB, binding {} MiB, workgroup memory {} KiB, {} invocations a workgroup",
            limits.max_buffer_size >> 20,
            limits.max_storage_buffer_binding_size >> 20,
            limits.max_compute_workgroup_storage_size >> 10,
            limits.max_compute_invocations_per_workgroup,
        ))?;
    }
    if adapters.is_empty() {
        line(
            "no GPU: no Vulkan, Metal or DX12 driver offers one (Debian: apt-get install mesa-vulkan-drivers)",
        )?;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    line(&format!("cpu: {threads} threads"))
}
