//! Max pools of two neighbours, of four, or of two by two, and their gradients: sixteen windows of a line at a time.
//!
//! Sixteen windows reach beyond a shorter line. What they make of the lines behind it is overwritten when those are taken.

mod backward;
mod forward;
#[cfg(test)]
mod tests;
mod windows;

pub(super) use backward::SmallGradients;
pub(super) use forward::SmallPools;
pub(super) use windows::SmallWindows;
