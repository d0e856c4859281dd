//! Data: archives in, rows out; splits, scaling and the order of an epoch.

mod coded;
#[cfg(feature = "files")]
mod content;
mod dataset;
mod forecast;
mod frame;
mod group_split;
#[cfg(feature = "files")]
mod hashed;
mod inputs;
mod lengths;
#[cfg(feature = "files")]
pub mod npz;
mod numbers;
mod order;
mod prepare;
mod random;
#[cfg(feature = "files")]
mod rows;
mod scaling;
mod split;
mod targets;
#[cfg(feature = "files")]
mod whole_table;
mod windows;

pub use coded::{Coded, CodedColumn};
#[cfg(feature = "files")]
pub use content::Content;
pub use dataset::{Dataset, Prepared};
pub(crate) use forecast::FARTHEST;
pub use forecast::{Forecast, ForecastTarget};
pub use frame::{Cell, Cells, Frame, Lines};
#[cfg(feature = "files")]
pub use frame::{CsvOptions, FrameReader, Overflow};
pub use group_split::split_groups;
pub use inputs::Inputs;
pub use lengths::{Lengths, fill_padding, length, no_length};
pub use numbers::Numbers;
pub use order::Order;
pub use prepare::{
    Asked, AskedKind, AskedTask, DateForm, Decision, Preparation, Recognised, TargetKind, recognise,
};
pub use random::{Random, RandomRow, Streams, below};
#[cfg(feature = "files")]
pub use rows::{Block, Labelled, Rows, Wanted};
pub use scaling::{Normalization, Scaling};
pub use split::{Split, SplitMode, Splits, split_in_order, split_rows};
pub use targets::Targets;
#[cfg(feature = "files")]
pub use whole_table::WholeTable;
pub use windows::SlidingWindows;
