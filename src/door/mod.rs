//! The front door: fit a network to data, watch it, use it. What it stands on is in the other rooms.

mod model;
mod trainer;

pub use trainer::Trainer;
