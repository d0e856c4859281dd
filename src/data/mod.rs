//! Data: archives in, rows out; splits, scaling and the order of an epoch.

mod dataset;
mod forecast;
mod group_split;
mod inputs;
mod lengths;
#[cfg(feature = "files")]
pub mod npz;
mod numbers;
mod order;
mod random;
#[cfg(feature = "files")]
mod rows;
mod scaling;
mod split;
mod windows;

pub use dataset::{Dataset, Targets};
pub(crate) use forecast::FARTHEST;
pub use forecast::{Forecast, ForecastTarget};
pub use group_split::split_groups;
pub use inputs::Inputs;
pub use lengths::{Lengths, fill_padding, length, no_length};
pub use numbers::Numbers;
pub use order::Order;
pub use random::{Random, RandomRow, Streams, below};
#[cfg(feature = "files")]
pub use rows::{Labelled, Rows, Wanted};
pub use scaling::{Normalization, Scaling};
pub use split::{Split, SplitMode, Splits, split_in_order, split_rows};
pub use windows::SlidingWindows;
