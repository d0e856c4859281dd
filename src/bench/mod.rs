//! The measurements of `gpu-mlp bench` and `benches/`: the jobs, made-up data in their shapes, and the clock.

mod jobs;
mod measure;
mod synthetic;

pub use jobs::{JOBS, Job, Prepared};
pub use measure::{Measurement, Quartiles, measure};
pub use synthetic::{Shape, synthetic};
