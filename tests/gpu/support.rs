//! A GPU for tests: the first adapter there is, lavapipe included.

use std::sync::Arc;

use gpu_mlp::gpu::{Gpu, GpuBackend, adapters};
use gpu_mlp::params::Run;

/// An open device, or None where the machine has no adapter: then the skipped test is named, and with
/// GPU_MLP_REQUIRE_GPU=1 it fails.
pub fn device(test: &str) -> Option<Gpu> {
    let Some(adapter) = adapters().into_iter().next() else {
        let required = std::env::var("GPU_MLP_REQUIRE_GPU").is_ok_and(|value| value == "1");
        assert!(!required, "{test}: no adapter, and GPU_MLP_REQUIRE_GPU=1 asks for one");
        eprintln!(
            "skipped {test}: no Vulkan, Metal or DX12 adapter; a software one: \
             apt-get install libvulkan1 mesa-vulkan-drivers"
        );
        return None;
    };
    Some(adapter.open().unwrap())
}

/// A GPU backend on a run, where there is a device.
pub fn gpu(test: &str, run: &Arc<Run>) -> Option<GpuBackend> {
    Some(GpuBackend::new(device(test)?, run.clone()).unwrap())
}
