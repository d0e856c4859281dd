//! Chains of dense layers, the networks for kernels on quads.

use super::columns::Columns;
use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::network::Task;
use crate::plan::Chain;
use crate::run::Run;

/// Rows of a quad.
pub(super) const ROWS: usize = 4;
/// Bytes of a column of a quad.
pub(super) const COLUMN: usize = 16;
/// The most threads of a workgroup that WebGPU promises.
pub(super) const MOST_THREADS: usize = 256;

/// A chain of dense layers, and the columns of its values.
pub(super) struct Fusible {
    pub chain: Chain,
    pub columns: Columns,
}

impl Fusible {
    /// The chain of a run; the error is unfit if a layer is not dense or no kernel on quads knows its loss.
    pub fn of(run: &Run) -> Result<Self> {
        if run.network.task() == Task::MultiLabel {
            return Err(Error::unfit("several labels a row can't be fused"));
        }
        let chain = Chain::of(&run.plan)?;
        let columns = Columns::new(&chain, run);
        Ok(Fusible { chain, columns })
    }

    /// Threads per workgroup for `elements` elements: a power of two.
    pub fn threads(gpu: &Gpu, elements: usize) -> usize {
        let most = (gpu.limits.max_compute_invocations_per_workgroup as usize).min(MOST_THREADS);
        let most = most.min(gpu.limits.max_compute_workgroup_size_x as usize);
        // Sums halve the threads, so the limit of the device is rounded down to a power of two.
        let most = 1 << most.max(1).ilog2();
        elements.next_power_of_two().clamp(32.min(most), most)
    }
}

/// Quads of this many rows.
pub(super) fn quads_of(rows: usize) -> usize {
    rows.div_ceil(ROWS)
}
