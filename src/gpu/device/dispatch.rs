//! Dispatches: a kernel with its parameters and its buffers, for all replicas at once.

use std::rc::Rc;

use super::gpu::Gpu;
use super::kernel::{Access, Code, Kernel, Kernels, Variant};
use super::limits::WORKGROUPS;
use super::sources::Source;
use super::uniform::Uniform;

/// Threads per workgroup of the kernels that have one thread per element.
pub(in crate::rooms::gpu) const THREADS: usize = 64;
/// Loop iterations of `reduce.wgsl` with one number per thread.
pub(in crate::rooms::gpu) const REDUCE_ITERATIONS: usize = THREADS.ilog2() as usize;

/// One dispatch: a kernel, its buffers, and how many workgroups.
pub(in crate::rooms::gpu) struct Dispatch {
    pub kernel: Rc<Kernel>,
    pub group: wgpu::BindGroup,
    pub workgroups: [u32; 3],
    /// The most loop iterations of an invocation, which some software drivers limit.
    pub iterations: u64,
}

/// Workgroups per replica, and the most loop iterations of an invocation.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms::gpu) struct Size {
    pub workgroups: [usize; 2],
    pub iterations: usize,
}

/// A buffer of a dispatch, and how it is used.
pub(in crate::rooms::gpu) type Binding<'a> = (&'a wgpu::Buffer, Access);

/// Prepares dispatches on a device for a number of replicas.
pub(in crate::rooms::gpu) struct Dispatcher<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub replicas: usize,
}

impl Size {
    /// The size of this many workgroups, over two dimensions where one has too few; no loop iterations.
    pub fn workgroups(workgroups: usize) -> Self {
        let workgroups = if workgroups <= WORKGROUPS {
            [workgroups, 1]
        } else {
            [WORKGROUPS, workgroups.div_ceil(WORKGROUPS)]
        };
        Size { workgroups, iterations: 0 }
    }

    /// Workgroups for this many threads.
    pub fn threads(threads: usize) -> Self {
        Size::workgroups(threads.div_ceil(THREADS).max(1))
    }

    /// The same size with this many loop iterations.
    pub fn iterating(self, iterations: usize) -> Self {
        Size { iterations, ..self }
    }
}

impl Dispatcher<'_> {
    /// A dispatch of a kernel of `shaders/` on its uniform parameters, and buffers in their order.
    pub fn dispatch<U: Uniform>(
        &mut self,
        source: &'static Source,
        variant: Variant,
        parameters: U,
        buffers: &[Binding],
        size: Size,
    ) -> Dispatch {
        #[cfg(test)]
        super::uniform::check::<U>(source, variant);
        let words = bytemuck::cast_slice(bytemuck::bytes_of(&parameters));
        self.dispatch_words(Code::File(source), variant, words, buffers, size)
    }

    /// A dispatch of any kernel on `words` as its uniform parameters, and buffers in their order.
    pub fn dispatch_words(
        &mut self,
        code: Code,
        variant: Variant,
        words: &[u32],
        buffers: &[Binding],
        size: Size,
    ) -> Dispatch {
        let accesses: Vec<Access> = std::iter::once(Access::Uniform)
            .chain(buffers.iter().map(|(_, access)| *access))
            .collect();
        let kernel = self.kernels.get(self.gpu, code, variant, &accesses);
        let uniform = self.gpu.uniform(code.name(), words);
        let all = std::iter::once(&uniform).chain(buffers.iter().map(|(buffer, _)| *buffer));
        let entries: Vec<_> = (0..)
            .zip(all)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let group = self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(code.name()),
            layout: &kernel.layout,
            entries: &entries,
        });
        let [x, y] = size.workgroups.map(word);
        let workgroups = [x, y, word(self.replicas)];
        Dispatch { kernel, group, workgroups, iterations: size.iterations as u64 }
    }
}

/// A number as a kernel takes it. It fits: sizes are bounded by what fits on a device.
pub(in crate::rooms::gpu) fn word(number: usize) -> u32 {
    number as u32
}
