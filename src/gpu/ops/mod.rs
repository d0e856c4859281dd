//! Operations as dispatches: one file each, with the proof of its kernel at its foot.

pub mod activation_backward;
pub mod add;
pub mod average_pool;
pub(super) mod batch;
pub mod batch_norm_backward;
pub mod batch_statistics;
pub mod bias;
pub mod bias_activation;
pub mod bias_gradient;
pub mod binary_cross_entropy;
pub mod channel_statistics;
pub mod convolution;
pub mod convolution_input_gradient;
pub mod convolution_kernel_gradient;
pub mod dropout;
pub(super) mod gather;
pub(super) mod keep_best;
pub mod launcher;
pub mod layer_norm_backward;
mod loss;
pub(super) mod make_steps;
pub mod matmul;
pub mod max_pool;
pub mod max_pool_backward;
pub(super) mod metric_sums;
pub mod multi_label_cross_entropy;
mod norm;
pub mod normalize;
pub mod normalize_gradient;
pub mod parameter_gradient;
mod part_sums;
#[cfg(test)]
mod proof;
mod recurrence;
mod recurrence_tile;
pub mod recurrent;
pub mod recurrent_backward;
pub mod sigmoid;
pub mod softmax;
pub mod softmax_cross_entropy;
pub mod take_lengths;
mod tiles;
pub mod transpose;
pub(super) mod update;
pub mod value_loss;
mod windows;
pub mod zero;

use self::launcher::Launcher;
use crate::gpu::device::dispatch::Dispatch;
use crate::plan::Operation;
use crate::plan::ops::operations;

/// An operation on the GPU.
pub(in crate::rooms::gpu) trait Launch {
    /// Its dispatch.
    fn launch(&self, at: &mut Launcher) -> Dispatch;

    /// The dispatches after it: of an operation that is cut into several.
    fn after(&self, _: &mut Launcher) -> Vec<Dispatch> {
        vec![]
    }
}

macro_rules! launched {
    ($($file:ident $name:ident,)*) => {
        /// The dispatches of an operation of a plan.
        pub(in crate::rooms::gpu) fn launch(
            operation: &Operation,
            at: &mut Launcher,
        ) -> Vec<Dispatch> {
            match operation {
                $(Operation::$name(operation) => {
                    let first = operation.launch(at);
                    std::iter::once(first).chain(operation.after(at)).collect()
                })*
            }
        }
    };
}
operations!(launched);

/// The dispatches of a list of a plan.
pub(in crate::rooms::gpu) fn list(operations: &[Operation], at: &mut Launcher) -> Vec<Dispatch> {
    operations.iter().flat_map(|operation| launch(operation, at)).collect()
}
