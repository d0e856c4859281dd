//! The front door: fit a network to data, watch it, use it. The other rooms do the work.

mod checks;
mod model;
mod trainer;

pub use trainer::Trainer;
