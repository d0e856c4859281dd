//! What `gpu-mlp bench` and `benches/` measure: the jobs, data made up in the shapes of theirs, what
//! can compute them, and the clock.

mod contender;
mod jobs;
mod measure;
mod synthetic;

pub use contender::{Contender, contenders};
pub use jobs::{JOBS, Job, Prepared};
pub use measure::{Measurement, Quartiles, measure};
pub use synthetic::{Shape, synthetic};
