//! The schedules `two-phase` and `resident` of chains of dense layers, on quads: four rows of a batch side by side.
//! Their kernels are generated from `shaders/quad*.wgsl` for the sizes and activations of the network.

mod ahead;
mod bindings;
mod columns;
mod fusible;
pub(in crate::rooms::gpu) mod generated;
mod iterations;
mod layer_text;
mod needs;
pub(in crate::rooms::gpu) mod resident;
mod text;
pub(in crate::rooms::gpu) mod two_phase;
