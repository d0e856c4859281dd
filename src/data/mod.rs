//! Data: archives in, rows out; splits, scaling and the order of an epoch.

mod dataset;
pub mod npz;
mod order;
mod rows;
mod scaling;
mod split;

pub use dataset::{Dataset, Targets};
pub use order::Order;
pub use rows::{Labelled, Rows, Wanted};
pub use scaling::{Normalization, Scaling};
pub use split::{Split, Splits, split_rows};
