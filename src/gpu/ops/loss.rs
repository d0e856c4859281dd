//! Launches the loss of a plan.

use bytemuck::{Pod, Zeroable};

use super::launcher::{Launcher, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Dispatch, Variant};
use crate::gpu::device::sources::{
    BINARY_CROSS_ENTROPY, MULTI_LABEL_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, VALUE_LOSS,
};
use crate::plan::Loss;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    outputs: u32,
}

/// The losses of the rows, and delta.
pub(in crate::gpu) fn launch(at: &mut Launcher) -> Dispatch {
    let (plan, workspace) = (at.plan, at.workspace);
    let outputs = plan.row_len(plan.scores);
    let mut variant = Variant::default();
    let source = match &plan.loss {
        Loss::SoftmaxCrossEntropy => SOFTMAX_CROSS_ENTROPY,
        Loss::BinaryCrossEntropy => BINARY_CROSS_ENTROPY,
        Loss::MultiLabelCrossEntropy => MULTI_LABEL_CROSS_ENTROPY,
        Loss::OfValues(loss) => {
            variant.function = Some(&loss.expression);
            VALUE_LOSS
        }
    };
    let buffers = [
        at.read(plan.scores),
        (&workspace.gathered.truth, Read),
        (&workspace.gathered.weights, Read),
        (&workspace.losses, Write),
        at.write(plan.delta),
    ];
    let parameters = Parameters { capacity: at.capacity(), outputs: word(outputs) };
    let size = at.rows().turning(3 * outputs);
    at.dispatch((source, variant), parameters, &buffers, size)
}
