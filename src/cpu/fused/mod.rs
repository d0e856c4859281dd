//! The schedule `fused`: dense networks in f32 on one core, without an allocation in a step.
//!
//! The same sums as the schedule `layered`, in another order: weights lie as (inputs, units) with
//! rows padded to whole vectors, so that forward products and gradients run along the units; what
//! lies between products is done in place; gradients are used for the update a few rows at a time,
//! while they are in the cache. Clipping by norm needs the norm before the update: for a small batch
//! it comes from the products of its rows ("ghost norm": I. Goodfellow, "Efficient per-example
//! gradient computations", 2015), for a large one the gradients are stored.

mod activations;
mod backward;
mod chain;
mod descent;
mod dispatch;
mod forward;
mod gradient;
mod lines;
mod loss;
mod memory;
mod optimizer;
mod step;
mod update;

pub(super) use chain::Chain;
pub(super) use step::{Done, Fused};
