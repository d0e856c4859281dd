//! How many rows there are to make room for.

use crate::data::Split;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::limits::WORKGROUPS;
use crate::plan::{BufferId, Plan};
use crate::run::Run;

/// Rows of a block of an evaluation.
const BLOCK: usize = 4096;
/// Numbers that the buffers of a block hold together, 128 MiB: fewer rows where rows are long.
const BLOCK_NUMBERS: usize = 1 << 25;

/// Columns of a tile of a product.
pub(in crate::rooms::gpu) const TILE_COLUMNS: usize = 64;

/// Rows of the largest list of a split.
pub(in crate::rooms::gpu) fn most_rows(run: &Run, splits: &[Split]) -> usize {
    let rows = run.folds.iter().flat_map(|fold| splits.iter().map(|split| fold.rows(*split).len()));
    rows.max().unwrap_or(0)
}

pub(in crate::rooms::gpu) fn training_capacity(run: &Run) -> usize {
    run.folds.iter().map(|fold| run.largest_batch(fold)).fold(1, usize::max)
}

/// Whether rows weigh differently.
pub(in crate::rooms::gpu) fn is_weighted(run: &Run) -> bool {
    let weighted_classes = run.folds.iter().any(|fold| !fold.class_weights.is_empty());
    run.table.row_weights.is_some() || weighted_classes
}

/// Rows of a block of an evaluation, of this run.
pub(in crate::rooms::gpu) fn evaluation_capacity(gpu: &Gpu, run: &Run) -> usize {
    most_rows(run, &Split::ALL).min(block_rows(gpu, &run.plan, run.replicas.len())).max(1)
}

/// Rows of a block that so many replicas compute on.
pub(in crate::rooms::gpu) fn block_rows(gpu: &Gpu, plan: &Plan, replicas: usize) -> usize {
    let fitting = BLOCK_NUMBERS / (plan.row_elements() * replicas);
    let longest = (0..plan.buffers.len()).map(|id| plan.row_len(BufferId(id))).max();
    let a_row = 4 * longest.unwrap_or(1).max(1) * replicas;
    let fitting = fitting.min(gpu.binding_limit as usize / a_row);
    // A convolution takes a workgroup a tile of columns, in one dimension.
    let widest = plan.convolutions().map(|windows| windows.positions());
    let columns = TILE_COLUMNS * WORKGROUPS / widest.max().unwrap_or(1);
    fitting.min(columns).clamp(1, BLOCK)
}
