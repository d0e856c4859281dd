//! The CPU backend, and the reference that proves the GPU right: generic over f32 and f64, one file
//! an operation, named as its shader.

pub(crate) mod activation_backward;
pub(crate) mod adam;
pub(crate) mod batch;
pub(crate) mod bias;
pub(crate) mod bias_activation;
pub(crate) mod bias_gradient;
pub(crate) mod binary_cross_entropy;
pub(crate) mod clip;
mod columns;
pub(crate) mod conv1d;
pub(crate) mod conv1d_input_gradient;
pub(crate) mod conv1d_kernel_gradient;
mod engine;
mod evaluate;
mod execute;
mod fused;
pub(crate) mod gather;
pub(crate) mod keep_best;
pub(crate) mod matmul;
pub(crate) mod maxpool1d;
pub(crate) mod maxpool1d_backward;
pub(crate) mod metric_sums;
pub(crate) mod multi_label_cross_entropy;
pub(crate) mod prelu;
pub(crate) mod prelu_gradient;
pub(crate) mod replica;
pub(crate) mod sgd;
pub(crate) mod sigmoid;
pub(crate) mod softmax;
pub(crate) mod softmax_cross_entropy;
mod state;
mod trace;
pub(crate) mod value_loss;
mod workspace;

pub use engine::{Cpu, Schedule};
pub use matmul::Product;
