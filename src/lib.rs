//! gpu-mlp trains small neural networks (MLPs and 1D-CNNs) on tabular data and
//! signals, from one JSON file.

// Without files some of what reads and shows them is left over.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

#[cfg(feature = "files")]
pub mod artifact;
pub mod backend;
#[cfg(feature = "files")]
pub mod bench;
pub mod candidates;
#[cfg(feature = "cli")]
pub mod cli;
mod clock;
pub mod cpu;
pub mod data;
pub mod error;
pub mod expr;

pub mod gpu;
#[cfg(feature = "files")]
mod input;
pub mod instruction_set;
pub mod math;
mod memory;
pub mod metrics;
pub mod model;
pub mod nearest;
pub mod network;
mod number;
pub mod onnx;
pub mod params;
pub mod plan;
pub mod run;
mod text;
pub mod train;
pub mod usage;

pub use error::{Error, Result};
