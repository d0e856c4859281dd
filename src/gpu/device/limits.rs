//! What every device can be trusted with.

/// The most workgroups in one dimension of a dispatch: WebGPU promises them.
pub(in crate::rooms::gpu) const WORKGROUPS: usize = 65_535;
/// The most loop iterations per invocation on a software driver: Mesa before 23 leaves a loop after 65,535 of them,
/// without an error.
pub(in crate::rooms::gpu) const ITERATIONS: u64 = 60_000;
