//! The CPU backend, and the reference that proves the GPU right: generic over f32 and f64, one file
//! an operation, named as its shader.

mod activation_backward;
mod adam;
mod bias_activation;
mod bias_gradient;
mod binary_cross_entropy;
mod clip;
mod engine;
mod evaluate;
mod execute;
mod gather;
mod matmul;
mod mean_squared_error;
mod metric_sums;
mod prelu_gradient;
mod replica;
mod sgd;
mod sigmoid;
mod softmax;
mod softmax_cross_entropy;
mod state;
mod trace;
mod workspace;

pub use engine::Cpu;
pub use matmul::Product;
