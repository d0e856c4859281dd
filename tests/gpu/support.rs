//! A GPU for tests: the first adapter, lavapipe included.

use std::sync::Arc;

use gpu_mlp::rooms::gpu::{Adapter, Gpu, GpuBackend, Schedule, adapters};
use gpu_mlp::rooms::run::Run;
use pollster::FutureExt as _;

use crate::adapter;

/// An open device, or None on a machine without an adapter: then it names the skipped test, and fails with
/// GPU_MLP_REQUIRE_GPU=1.
pub fn device(test: &str) -> Option<Gpu> {
    Some(adapter(test)?.open().block_on().unwrap())
}

/// The adapter of that device.
pub fn adapter(test: &str) -> Option<Adapter> {
    adapter::first(test, adapters().block_on())
}

/// A GPU backend on a run.
pub fn gpu(test: &str, run: &Arc<Run>) -> Option<GpuBackend> {
    gpu_on(test, run, Schedule::Layered)
}

/// The same on a schedule, which has to fit.
pub fn gpu_on(test: &str, run: &Arc<Run>, schedule: Schedule) -> Option<GpuBackend> {
    Some(GpuBackend::with_schedule(device(test)?, run.clone(), schedule).block_on().unwrap())
}
