//! What the schedules `two-phase` and `resident` share: chains of dense layers on quads, which are four
//! rows of a batch side by side. Their kernels are made from `shaders/quad*.wgsl` for the sizes and
//! activations of the network.

mod columns;
mod resident;
mod text;
mod turns;
mod two_phase;

use columns::Columns;
pub(super) use resident::resident;
use text::Declared;
pub use text::generated_sources;
pub(super) use two_phase::two_phase;

use super::Gpu;
use super::build::Build;
use super::kernel::Access;
use super::layered::WORKGROUPS;
use super::network::{TURNS, Tensors};
use super::workspace::Gathered;
use crate::network::{Chain, Task};
use crate::params::{Clip, Optimizer, Run};

/// Rows of a quad.
const ROWS: usize = 4;
/// Bytes of a column of a quad.
const COLUMN: usize = 16;
/// Threads of a workgroup at the most: what WebGPU promises.
const MOST_THREADS: usize = 256;

/// A chain of dense layers, and where its values lie.
struct Fusible {
    chain: Chain,
    columns: Columns,
}

impl Fusible {
    /// The error says what is no dense layer, or what no kernel on quads knows.
    fn of(run: &Run) -> Result<Self, String> {
        if run.network.task() == Task::MultiLabel {
            return Err("several labels a row can't be fused".into());
        }
        let chain = Chain::of(&run.plan)?;
        let columns = Columns::new(&chain, run);
        Ok(Fusible { chain, columns })
    }

    /// Threads of a workgroup that has so many elements to share: a power of two.
    fn threads(gpu: &Gpu, elements: usize) -> usize {
        let most = (gpu.limits.max_compute_invocations_per_workgroup as usize).min(MOST_THREADS);
        let most = most.min(gpu.limits.max_compute_workgroup_size_x as usize);
        // A power of two, whatever the device's limit: sums are halved.
        let most = 1 << most.max(1).ilog2();
        elements.next_power_of_two().clamp(32.min(most), most)
    }
}

/// Quads of a batch of so many rows.
fn quads_of(rows: usize) -> usize {
    rows.div_ceil(ROWS)
}

/// What a kernel asks of a device, for the check before it is compiled.
struct Needs {
    /// Bytes of workgroup memory.
    bytes: usize,
    /// Turns of loops of an invocation, at the least.
    turns: u64,
    /// Storage buffers.
    buffers: usize,
    /// The most workgroups of one dimension.
    workgroups: usize,
}

impl Needs {
    /// The error says what the device has too little of.
    fn check(&self, gpu: &Gpu) -> Result<(), String> {
        let limits = &gpu.limits;
        let memory = limits.max_compute_workgroup_storage_size as usize;
        if self.bytes > memory {
            return Err(format!(
                "takes {} bytes of workgroup memory, and the device has {memory}",
                self.bytes
            ));
        }
        if gpu.is_software && self.turns > TURNS {
            return Err(format!(
                "makes {} turns of loops a dispatch, and software drivers can be trusted with \
                 {TURNS}",
                self.turns
            ));
        }
        let buffers = limits.max_storage_buffers_per_shader_stage as usize;
        if self.buffers > buffers {
            return Err(format!(
                "takes {} storage buffers, and the device has {buffers}",
                self.buffers
            ));
        }
        if self.workgroups > WORKGROUPS {
            return Err(format!(
                "takes {} workgroups in one dimension, and devices take {WORKGROUPS}",
                self.workgroups
            ));
        }
        Ok(())
    }
}

/// The parameters of the kernels that move weights: `Parameters` in `shaders/quad_update.wgsl`.
fn update_words(run: &Run) -> Vec<u32> {
    // Bounds that no number passes: what is not finite stays so, and is seen.
    let (bound, norm_bound) = match run.step.clip {
        Some(Clip::Value(bound)) => (bound as f32, f32::INFINITY),
        Some(Clip::Norm(bound)) => (f32::INFINITY, bound as f32),
        None => (f32::INFINITY, f32::INFINITY),
    };
    let adam = match run.step.optimizer {
        Optimizer::Sgd => [0.0; 5],
        Optimizer::Adam { beta1, beta2, epsilon } => {
            [beta1, beta2, 1.0 - beta1, 1.0 - beta2, epsilon]
        }
    };
    let numbers = [bound, norm_bound].into_iter().chain(adam.map(|number| number as f32));
    numbers.map(f32::to_bits).chain([run.replicas.len() as u32]).collect()
}

/// Whether rows weigh differently.
pub(super) fn is_weighted(run: &Run) -> bool {
    let weighted_classes = run.replicas.iter().any(|replica| !replica.class_weights.is_empty());
    run.table.row_weights.is_some() || weighted_classes
}

/// The buffers that a step needs beside those of its rows, by the names that the kernels have for them.
struct Buffers<'a> {
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
    fn new(build: &Build<'a>, gathered: &'a Gathered) -> Self {
        let (tensors, sums, confusion) = (build.tensors, build.sums, build.confusion);
        Buffers { tensors, sums, confusion, gathered, columns: sums, squares: sums }
    }

    /// The buffers that a kernel declares.
    fn of(&self, declared: &[Declared]) -> Vec<(&'a wgpu::Buffer, Access)> {
        declared.iter().map(|(name, _, access)| (self.named(name), *access)).collect()
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
            "first_moments" => &self.tensors.slots[0],
            "second_moments" => &self.tensors.slots[1],
            _ => &self.tensors.weights,
        }
    }
}

/// What every pass over rows declares of its rows: the counts of classes, and weights where rows have some.
fn declare_rows(run: &Run, declared: &mut Vec<Declared>) {
    if run.network.task() == Task::Classification {
        declared.push(("confusion", "atomic<u32>", Access::Write));
    }
    if is_weighted(run) {
        declared.push(("row_weights", "f32", Access::Read));
    }
}

/// The moments of Adam.
fn declare_moments(run: &Run, declared: &mut Vec<Declared>) {
    if matches!(run.step.optimizer, Optimizer::Adam { .. }) {
        let moment = |name| (name, "f32", Access::Write);
        declared.extend(["first_moments", "second_moments"].map(moment));
    }
}
