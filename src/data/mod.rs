//! Data: archives in, rows out; splits, scaling and the order of an epoch.

mod dataset;
pub mod npz;

pub use dataset::{Dataset, Targets};
