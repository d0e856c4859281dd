//! The schedule `blocked`: any network in f32, the rows of a batch in blocks whose buffers stay near the core, products in
//! tiles of vectors.
//!
//! The same sums as the schedule `layered`, in another order: those of a gradient are added block by block, in lanes
//! that threads share, so that the bits do not depend on their number. An operation that has no tiles is executed as
//! `layered` does.

mod activated;
mod convolution;
mod execute;
mod gate_gradients;
mod gates;
mod lanes;
mod plane_products;
mod planes;
mod pools;
mod products;
mod recurrent;
mod recurrent_backward;
mod small_pools;
#[cfg(test)]
mod tests;
mod units;
mod vectors;
mod weights;
mod winograd;

pub(super) use execute::execute;
pub(super) use lanes::{Block, Blocks, Lanes};
