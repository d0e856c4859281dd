//! What the schedules `two-phase` and `resident` share: chains of dense layers on quads, which are four
//! rows of a batch side by side. Their kernels are made from `shaders/quad*.wgsl` for the sizes and
//! activations of the network.

mod ahead;
mod bindings;
mod columns;
mod fusible;
pub(in crate::rooms::gpu) mod generated;
mod iterations;
mod needs;
pub(in crate::rooms::gpu) mod resident;
mod text;
pub(in crate::rooms::gpu) mod two_phase;
