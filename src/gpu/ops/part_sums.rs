//! Launches `shaders/part_sums.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::{Binding, Dispatch, Size, word};
use crate::gpu::device::kernel::Access;
use crate::gpu::device::sources::PART_SUMS;
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::access::Mode;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    parts: u32,
    elements: u32,
    tensor: u32,
    weights: u32,
}

impl PartialSums {
    /// Whether the sums are cut.
    pub(super) fn is_cut(&self) -> bool {
        self.parts > 1
    }

    /// Where an operation stores its sums: in the gradient, or, where they are cut, as parts.
    pub(super) fn place<'a>(&self, at: &Launcher<'a>) -> Binding<'a> {
        if self.is_cut() { (&at.workspace.partial_sums, Access::Write) } else { at.gradients() }
    }

    /// The dispatch that adds up the parts, where there are several.
    pub(super) fn add_up(&self, at: &mut Launcher, mode: Mode) -> Option<Dispatch> {
        if !self.is_cut() {
            return None;
        }
        let elements = at.plan.tensor_len(self.tensor);
        let parameters = Parameters {
            parts: word(self.parts),
            elements: word(elements),
            tensor: at.first(self.tensor),
            weights: at.total(),
        };
        let buffers = [(&at.workspace.partial_sums, Access::Read), at.gradients()];
        let size = Size::threads(elements).iterating(self.parts);
        Some(at.dispatch(PART_SUMS, by_mode(mode), parameters, &buffers, size))
    }
}
