//! What every device can be trusted with.

/// Workgroups of one dimension of a dispatch at the most: what WebGPU promises.
pub(in crate::rooms::gpu) const WORKGROUPS: usize = 65_535;
/// Iterations of loops that software drivers can be trusted with, an invocation and dispatch: Mesa before
/// 23 leaves every loop after 65,535 of them, without an error.
pub(in crate::rooms::gpu) const ITERATIONS: u64 = 60_000;
