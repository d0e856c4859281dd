//! Sixteen f32 at a time: what an instruction set does with them, in a file each, and plain Rust for a machine that
//! has none of those.
//!
//! Own code because the shapes are tiny: libraries of matrix products spend more on packing than
//! such a product takes, and none fuses what comes before and behind it. All functions are inlined
//! into a task's entry point, which enables the instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(super) mod functions;
#[cfg(target_arch = "x86_64")]
mod intrinsics;
pub(super) mod operations;
pub(super) mod portable;

/// Numbers of a vector, whatever the machine.
pub(super) const LANES: usize = 16;
