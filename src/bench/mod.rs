//! What `gpu-mlp bench` and `benches/` measure: the jobs, data made up in the shapes of theirs,
//! and the clock.

mod jobs;
mod measure;
mod synthetic;

pub use jobs::{JOBS, Job, Prepared};
pub use measure::{Measurement, Quartiles, measure};
pub use synthetic::{Shape, synthetic};
