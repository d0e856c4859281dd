//! Where operations become dispatches: the buffers of a workspace, the tensors of all replicas, and the
//! kernels of a device.

use super::uniform::Uniform;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::{Access, Dispatch, Kernels, Variant};
use crate::gpu::device::limits::WORKGROUPS;
use crate::gpu::device::sources::Source;
use crate::gpu::session::workspace::Workspace;
use crate::plan::access::Mode;
use crate::plan::{BufferId, Layout, Plan, TensorId};

/// Threads of a workgroup of the kernels that have a thread an element.
pub(in crate::gpu) const THREADS: usize = 64;
/// The turns of a workgroup's sum of one number a thread.
pub(in crate::gpu) const TREE: usize = 6;
/// The constant of kernels that add to what is there.
const ADDS: [(&str, bool); 1] = [("ADDS", true)];

/// Turns the operations of a plan into dispatches on a workspace.
pub(in crate::gpu) struct Launcher<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub replicas: usize,
    pub workspace: &'a Workspace,
    /// The weights that operations read: (replica, weights).
    pub weights: &'a wgpu::Buffer,
    /// The gradients that operations write: (replica, weights).
    pub gradients: &'a wgpu::Buffer,
}

/// How many workgroups a dispatch has, and the most turns of loops that an invocation of it makes.
#[derive(Debug, Clone, Copy)]
pub(in crate::gpu) struct Size {
    pub workgroups: [usize; 2],
    pub iterations: usize,
}

/// A buffer of a dispatch, and how it is used.
pub(in crate::gpu) type Binding<'a> = (&'a wgpu::Buffer, Access);

impl<'a> Launcher<'a> {
    /// A dispatch of a kernel on its uniform parameters, and buffers in their order.
    pub fn dispatch<U: Uniform>(
        &mut self,
        (source, variant): (&'static Source, Variant),
        parameters: U,
        buffers: &[Binding],
        size: Size,
    ) -> Dispatch {
        let [x, y] = size.workgroups.map(word);
        let workgroups = [x, y, word(self.replicas)];
        #[cfg(test)]
        super::uniform::check::<U>(source, variant);
        let words = bytemuck::cast_slice(bytemuck::bytes_of(&parameters));
        let dispatch = self.kernels.dispatch(self.gpu, source, variant, words, buffers, workgroups);
        Dispatch { iterations: size.iterations as u64, ..dispatch }
    }

    /// The rows that a batch has room for.
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

    /// What stands in for a buffer that a variant of a kernel does not touch.
    pub fn unused(&self) -> Binding<'a> {
        (&self.workspace.unused, Access::Write)
    }

    /// The tensors, which are read.
    pub fn tensors(&self) -> Binding<'a> {
        (self.weights, Access::Read)
    }

    /// The gradients, which are written.
    pub fn gradients(&self) -> Binding<'a> {
        (self.gradients, Access::Write)
    }

    /// A thread a row.
    pub fn rows(&self) -> Size {
        Size { workgroups: grid(self.workspace.capacity), iterations: 0 }
    }

    /// A thread an element of a buffer.
    pub fn elements(&self, buffer: BufferId) -> Size {
        let elements = self.workspace.capacity * self.plan.row_len(buffer);
        Size { workgroups: grid(elements), iterations: 0 }
    }
}

impl Size {
    /// The same with so many turns of loops.
    pub fn turning(self, iterations: usize) -> Self {
        Size { iterations, ..self }
    }
}

/// A number as a kernel takes it: sizes are checked long before, by what fits on a device.
pub(in crate::gpu) fn word(number: usize) -> u32 {
    number as u32
}

/// The variant of a kernel that sets or adds.
pub(in crate::gpu) fn by_mode(mode: Mode) -> Variant<'static> {
    let constants = match mode {
        Mode::Set => &[][..],
        Mode::Add => &ADDS,
    };
    Variant { constants, ..Variant::default() }
}

/// Workgroups for so many threads.
pub(in crate::gpu) fn grid(threads: usize) -> [usize; 2] {
    folded(threads.div_ceil(THREADS).max(1))
}

/// So many workgroups, in two dimensions where one has not enough.
pub(in crate::gpu) fn folded(workgroups: usize) -> [usize; 2] {
    if workgroups <= WORKGROUPS {
        [workgroups, 1]
    } else {
        [WORKGROUPS, workgroups.div_ceil(WORKGROUPS)]
    }
}
