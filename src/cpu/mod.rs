//! The CPU backend, and the reference that proves the GPU right: generic over f32 and f64, one file
//! per operation, named as its shader.

mod adam;
pub(crate) mod batch;
mod blocked;
pub(crate) mod clip;
mod engine;
mod epoch;
mod evaluate;
mod executor;
mod fetch;
mod fused;
pub(crate) mod gather;
mod infer;
pub(crate) mod keep_best;
mod lines;
#[expect(unsafe_code, reason = "numbers of a matrix that the caller has checked")]
mod matrix;
pub(crate) mod metric_sums;
mod momentum;
pub(crate) mod ops;
mod optimizer;
mod part;
#[expect(unsafe_code, reason = "walks through matrices, once they are checked")]
mod products;
pub(crate) mod replica;
mod room;
mod schedule;
mod sgd;
mod shared;
#[expect(unsafe_code, reason = "intrinsics, and walks through matrices that are checked")]
mod simd;
mod state;
mod trace;
pub(crate) mod update;
mod worker;
pub(crate) mod workspace;

pub use engine::Cpu;
pub use infer::CpuInference;
pub use ops::product::Product;
pub use schedule::Schedule;
