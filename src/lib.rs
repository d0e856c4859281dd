//! gpu-mlp trains small neural networks (MLPs and 1D-CNNs) on tabular data and
//! signals, from one JSON file.

pub mod artifact;
pub mod backend;
pub mod bench;
pub mod candidates;
pub mod cli;
pub mod cpu;
pub mod data;
pub mod error;
pub mod expr;

pub mod gpu;
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
