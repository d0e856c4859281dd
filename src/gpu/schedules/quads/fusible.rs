//! Chains of dense layers, which kernels on quads take.

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
/// Threads of a workgroup at the most: what WebGPU promises.
pub(super) const MOST_THREADS: usize = 256;

/// A chain of dense layers, and where its values lie.
pub(super) struct Fusible {
    pub chain: Chain,
    pub columns: Columns,
}

impl Fusible {
    /// Unfit where a layer is not dense, or no kernel on quads knows it.
    pub fn of(run: &Run) -> Result<Self> {
        if run.network.task() == Task::MultiLabel {
            return Err(Error::unfit("several labels a row can't be fused"));
        }
        let chain = Chain::of(&run.plan)?;
        let columns = Columns::new(&chain, run);
        Ok(Fusible { chain, columns })
    }

    /// Threads of a workgroup that has so many elements to share: a power of two.
    pub fn threads(gpu: &Gpu, elements: usize) -> usize {
        let most = (gpu.limits.max_compute_invocations_per_workgroup as usize).min(MOST_THREADS);
        let most = most.min(gpu.limits.max_compute_workgroup_size_x as usize);
        // A power of two, whatever the device's limit: sums are halved.
        let most = 1 << most.max(1).ilog2();
        elements.next_power_of_two().clamp(32.min(most), most)
    }
}

/// Quads of a batch of so many rows.
pub(super) fn quads_of(rows: usize) -> usize {
    rows.div_ceil(ROWS)
}
