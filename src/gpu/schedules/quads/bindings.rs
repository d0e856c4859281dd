//! What kernels on quads bind.

use crate::gpu::device::kernel::Access;
use crate::gpu::schedules::build::Build;
use crate::gpu::session::network::NetworkBuffers;
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::tensors::Tensors;
use crate::gpu::session::workspace::Gathered;
use crate::network::Task;
use crate::run::Run;

/// A buffer of a generated kernel as its text declares it, and its use.
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
    /// Its name and its elements in the text of a kernel.
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

/// The buffers behind the bindings.
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
        declared.iter().map(|&(binding, access)| (self.behind(binding), access)).collect()
    }

    /// The same of a kernel that moves weights: behind them are the slots of the optimizer.
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

/// What every pass over rows declares of its rows: the counts of classes, and weights where rows have some.
pub(super) fn declare_rows(run: &Run, declared: &mut Vec<Declared>) {
    if run.network.task() == Task::Classification {
        declared.push((Binding::Confusion, Access::Write));
    }
    if is_weighted(run) {
        declared.push((Binding::RowWeights, Access::Read));
    }
}
