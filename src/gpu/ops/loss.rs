//! Launches the loss of a plan.

use bytemuck::{Pod, Zeroable};

use super::launcher::{Launcher, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Dispatch, Variant};
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
    let name = match &plan.loss {
        Loss::SoftmaxCrossEntropy => "softmax_cross_entropy",
        Loss::BinaryCrossEntropy => "binary_cross_entropy",
        Loss::MultiLabelCrossEntropy => "multi_label_cross_entropy",
        Loss::OfValues(loss) => {
            variant.function = Some(&loss.expression);
            "value_loss"
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
    at.dispatch((name, variant), parameters, &buffers, size)
}
