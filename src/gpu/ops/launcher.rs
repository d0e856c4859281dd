//! Operations become dispatches on the buffers of a workspace and the tensors of all replicas.

use crate::gpu::device::dispatch::{Binding, Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::{Access, Variant};
use crate::gpu::device::sources::Source;
use crate::gpu::device::uniform::Uniform;
use crate::gpu::session::workspace::Workspace;
use crate::plan::access::Mode;
use crate::plan::{BufferId, Layout, Plan, TensorId};

/// The constant of kernels that add to the old values.
const ADDS: [(&str, bool); 1] = [("ADDS", true)];

/// Makes the operations of a plan into dispatches on a workspace.
pub(in crate::rooms::gpu) struct Launcher<'a> {
    pub dispatcher: Dispatcher<'a>,
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub workspace: &'a Workspace,
    /// The weights that operations read: (replica, weights).
    pub weights: &'a wgpu::Buffer,
    /// The gradients that operations write: (replica, weights).
    pub gradients: &'a wgpu::Buffer,
}

impl<'a> Launcher<'a> {
    /// A dispatch of a kernel on its uniform parameters, and buffers in their order.
    pub fn dispatch<U: Uniform>(
        &mut self,
        source: &'static Source,
        variant: Variant,
        parameters: U,
        buffers: &[Binding],
        size: Size,
    ) -> Dispatch {
        self.dispatcher.dispatch(source, variant, parameters, buffers, size)
    }

    /// The most rows of a batch.
    pub fn capacity(&self) -> u32 {
        word(self.workspace.capacity)
    }

    /// The elements of a row of a buffer.
    pub fn units(&self, buffer: BufferId) -> u32 {
        word(self.plan.row_len(buffer))
    }

    /// Where a tensor begins in the weights of a replica.
    pub fn first(&self, tensor: TensorId) -> u32 {
        word(self.layout.of(tensor).start)
    }

    /// The weights of a replica.
    pub fn total(&self) -> u32 {
        word(self.layout.total())
    }

    /// A buffer that is read.
    pub fn read(&self, buffer: BufferId) -> Binding<'a> {
        (self.workspace.of(buffer), Access::Read)
    }

    /// A buffer that is written.
    pub fn write(&self, buffer: BufferId) -> Binding<'a> {
        (self.workspace.of(buffer), Access::Write)
    }

    /// The lengths of the rows, or, where they have none, another buffer that the kernel reads, as a stand-in.
    pub fn lengths(&self, lengths: Option<BufferId>, other: BufferId) -> Binding<'a> {
        self.read(lengths.unwrap_or(other))
    }

    /// A stand-in for a buffer that a variant of a kernel does not touch.
    pub fn unused(&self) -> Binding<'a> {
        (&self.workspace.unused, Access::Write)
    }

    /// The tensors, which are read.
    pub fn tensors(&self) -> Binding<'a> {
        (self.weights, Access::Read)
    }

    /// The tensors, some of which are written.
    pub fn tensors_written(&self) -> Binding<'a> {
        (self.weights, Access::Write)
    }

    /// The gradients, which are written.
    pub fn gradients(&self) -> Binding<'a> {
        (self.gradients, Access::Write)
    }

    /// One thread per row.
    pub fn rows(&self) -> Size {
        Size::threads(self.workspace.capacity)
    }

    /// One thread per element of a buffer.
    pub fn elements(&self, buffer: BufferId) -> Size {
        Size::threads(self.workspace.capacity * self.plan.row_len(buffer))
    }
}

/// The variant of a kernel that sets or adds.
pub(in crate::rooms::gpu) fn by_mode(mode: Mode) -> Variant<'static> {
    let constants = match mode {
        Mode::Set => &[][..],
        Mode::Add => &ADDS,
    };
    Variant { constants, ..Variant::default() }
}
