//! What kernels on quads bind: buffers by name.

use crate::gpu::device::kernel::Access;
use crate::gpu::schedules::build::Build;
use crate::gpu::session::network::NetworkBuffers;
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::tensors::Tensors;
use crate::gpu::session::workspace::Gathered;
use crate::network::Task;
use crate::run::Run;
use crate::run::{Clip, Optimizer, Run};

/// A buffer of a generated kernel as its text declares it: name, elements, use.
pub(super) type Declared = (&'static str, &'static str, Access);

/// The buffers that a step needs beside those of its rows, by the names that the kernels have for them.
pub(super) struct Buffers<'a> {
    tensors: &'a Tensors,
    sums: &'a wgpu::Buffer,
    confusion: &'a wgpu::Buffer,
    gathered: &'a Gathered,
    /// The columns of a batch, and the squares of its gradient.
    columns: &'a wgpu::Buffer,
    squares: &'a wgpu::Buffer,
}

impl<'a> Buffers<'a> {
    /// Those of a network; it has columns and squares where a schedule gives them.
    pub fn new(build: &Build<'a>, gathered: &'a Gathered) -> Self {
        let NetworkBuffers { tensors, sums, confusion, .. } = build.buffers;
        Buffers { tensors, sums, confusion, gathered, columns: sums, squares: sums }
    }

    /// The same with the columns of a batch, and the squares of its gradient.
    pub fn with<'b>(self, columns: &'b wgpu::Buffer, squares: &'b wgpu::Buffer) -> Buffers<'b>
    where
        'a: 'b,
    {
        Buffers { columns, squares, ..self }
    }

    /// The buffers that a kernel declares.
    pub fn of(&self, declared: &[Declared]) -> Vec<(&'a wgpu::Buffer, Access)> {
        declared.iter().map(|(name, _, access)| (self.named(name), *access)).collect()
    }

    /// The same of a kernel that moves weights: behind them are the slots of the optimizer.
    pub fn of_update(&self, declared: &[Declared]) -> Vec<(&'a wgpu::Buffer, Access)> {
        let mut buffers = self.of(declared);
        buffers.extend(self.tensors.slots.iter().map(|slot| (slot, Access::Write)));
        buffers
    }

    fn named(&self, name: &str) -> &'a wgpu::Buffer {
        match name {
            "x" => &self.gathered.inputs,
            "truth" => &self.gathered.truth,
            "row_weights" => &self.gathered.weights,
            "confusion" => self.confusion,
            "sums" => self.sums,
            "columns" => self.columns,
            "squares" => self.squares,
            "gradient_sums" => &self.tensors.gradients,
            _ => &self.tensors.weights,
        }
    }
}

/// What every pass over rows declares of its rows: the counts of classes, and weights where rows have some.
pub(super) fn declare_rows(run: &Run, declared: &mut Vec<Declared>) {
    if run.network.task() == Task::Classification {
        declared.push(("confusion", "atomic<u32>", Access::Write));
    }
    if is_weighted(run) {
        declared.push(("row_weights", "f32", Access::Read));
    }
}
