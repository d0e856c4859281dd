//! Launches the kernels of `shaders/loss.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::Source;
use crate::plan::BufferId;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    outputs: u32,
}

/// The losses of the rows, and delta.
pub(super) fn launch_loss(
    at: &mut Launcher,
    source: &'static Source,
    variant: Variant,
    logits: BufferId,
    delta: BufferId,
) -> Dispatch {
    let (outputs, workspace) = (at.plan.row_len(logits), at.workspace);
    let buffers = [
        at.read(logits),
        (&workspace.gathered.truth, Read),
        (&workspace.gathered.weights, Read),
        (&workspace.losses, Write),
        at.write(delta),
    ];
    let parameters = Parameters { capacity: at.capacity(), outputs: word(outputs) };
    let size = at.rows().iterating(3 * outputs);
    at.dispatch(source, variant, parameters, &buffers, size)
}
