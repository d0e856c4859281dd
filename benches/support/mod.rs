//! The devices that both files of benchmarks run on.

use gpu_mlp::rooms::gpu::{Adapter, adapters};
use pollster::FutureExt as _;

/// The CPU, which is None, and the real GPUs of this machine; what is left out is named.
pub fn devices() -> Vec<Option<Adapter>> {
    let (software, real): (Vec<_>, Vec<_>) =
        adapters().block_on().into_iter().partition(Adapter::is_software);
    for adapter in &software {
        eprintln!(
            "skipped {}: it computes on the CPU; gpu-mlp bench --device takes it",
            adapter.info.name
        );
    }
    if real.is_empty() {
        eprintln!(
            "skipped the benchmarks of GPUs: no Vulkan, Metal or DX12 driver offers a real one"
        );
    }
    std::iter::once(None).chain(real.into_iter().map(Some)).collect()
}
