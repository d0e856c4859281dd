//! The bindings of kernels on quads.

use crate::gpu::device::kernel::Access;
use crate::gpu::schedules::build::Build;
use crate::gpu::session::network::NetworkBuffers;
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::tensors::Tensors;
use crate::gpu::session::workspace::Gathered;
use crate::network::Task;
use crate::run::Run;

/// A binding that the text of a generated kernel declares, and its access.
pub(super) type Declared = (Binding, Access);

/// A buffer that kernels on quads bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// The inputs of the rows.
    X,
    /// Their targets.
    Truth,
    /// Their weights.
    RowWeights,
    /// The parameters of the network.
    Weights,
    /// The sums of a step, for metrics.
    Sums,
    /// The counts of classes.
    Confusion,
    /// The columns of a batch.
    Columns,
    /// The gradient.
    GradientSums,
    /// The squares of the gradient.
    Squares,
}

impl Binding {
    /// Its name and the type of its elements in WGSL.
    pub fn in_wgsl(self) -> (&'static str, &'static str) {
        match self {
            Binding::X => ("x", "f32"),
            Binding::Truth => ("truth", "u32"),
            Binding::RowWeights => ("row_weights", "f32"),
            Binding::Weights => ("weights", "f32"),
            Binding::Sums => ("sums", "f32"),
            Binding::Confusion => ("confusion", "atomic<u32>"),
            Binding::Columns => ("columns", "vec4<f32>"),
            Binding::GradientSums => ("gradient_sums", "f32"),
            Binding::Squares => ("squares", "f32"),
        }
    }
}

/// The buffer of each binding.
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
    /// The buffers of a network; [`Buffers::with`] adds the columns and squares of a schedule.
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
        declared.iter().map(|&(binding, access)| (self.behind(binding), access)).collect()
    }

    /// The same for a kernel that moves weights, whose last bindings are the slots of the optimizer.
    pub fn of_update(&self, declared: &[Declared]) -> Vec<(&'a wgpu::Buffer, Access)> {
        let mut buffers = self.of(declared);
        buffers.extend(self.tensors.slots.iter().map(|slot| (slot, Access::Write)));
        buffers
    }

    fn behind(&self, binding: Binding) -> &'a wgpu::Buffer {
        match binding {
            Binding::X => &self.gathered.inputs,
            Binding::Truth => &self.gathered.truth,
            Binding::RowWeights => &self.gathered.weights,
            Binding::Weights => &self.tensors.weights,
            Binding::Sums => self.sums,
            Binding::Confusion => self.confusion,
            Binding::Columns => self.columns,
            Binding::GradientSums => &self.tensors.gradients,
            Binding::Squares => self.squares,
        }
    }
}

/// Declares the bindings of a pass over rows: the counts of classes, and the weights if rows have any.
pub(super) fn declare_rows(run: &Run, declared: &mut Vec<Declared>) {
    if run.network.task() == Task::Classification {
        declared.push((Binding::Confusion, Access::Write));
    }
    if is_weighted(run) {
        declared.push((Binding::RowWeights, Access::Read));
    }
}
