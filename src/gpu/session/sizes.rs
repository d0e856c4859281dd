//! The numbers of rows that buffers have room for.

use crate::data::Split;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::limits::WORKGROUPS;
use crate::plan::{BufferId, Plan};
use crate::run::Run;

/// The most rows per block of an evaluation.
const BLOCK: usize = 4096;
/// The most numbers in all buffers of a block, 128 MiB: a block of long rows has fewer.
const BLOCK_NUMBERS: usize = 1 << 25;

/// Columns per tile of a product.
pub(in crate::rooms::gpu) const TILE_COLUMNS: usize = 64;

/// Rows per tile of a product of few columns.
const TILE_ROWS: usize = 16;

/// The most rows of a list of these splits, over all folds.
pub(in crate::rooms::gpu) fn most_rows(run: &Run, splits: &[Split]) -> usize {
    let rows = run.folds.iter().flat_map(|fold| splits.iter().map(|split| fold.rows(*split).len()));
    rows.max().unwrap_or(0)
}

pub(in crate::rooms::gpu) fn training_capacity(run: &Run) -> usize {
    run.folds.iter().map(|fold| run.largest_batch(fold)).fold(1, usize::max)
}

/// Whether rows have different weights.
pub(in crate::rooms::gpu) fn is_weighted(run: &Run) -> bool {
    let weighted_classes = run.folds.iter().any(|fold| !fold.class_weights.is_empty());
    run.table.row_weights.is_some() || weighted_classes
}

/// Rows per block of an evaluation of this run.
pub(in crate::rooms::gpu) fn evaluation_capacity(gpu: &Gpu, run: &Run) -> usize {
    most_rows(run, &Split::ALL).min(block_rows(gpu, &run.plan, run.replicas.len())).max(1)
}

/// Rows per block of an evaluation of this many replicas.
pub(in crate::rooms::gpu) fn block_rows(gpu: &Gpu, plan: &Plan, replicas: usize) -> usize {
    let fitting = BLOCK_NUMBERS / (plan.row_elements() * replicas);
    let longest = (0..plan.buffers.len()).map(|id| plan.row_len(BufferId(id))).max();
    let row_bytes = 4 * longest.unwrap_or(1).max(1) * replicas;
    let fitting = fitting.min(gpu.binding_limit as usize / row_bytes);
    // A convolution takes one workgroup per tile of columns, in one dimension.
    let widest = plan.convolutions().map(|windows| windows.positions());
    let columns = TILE_COLUMNS * WORKGROUPS / widest.max().unwrap_or(1);
    // A product over all time steps takes one per tile of rows.
    let rows = TILE_ROWS * WORKGROUPS / plan.most_rows_of_products();
    fitting.min(columns).min(rows).clamp(1, BLOCK)
}
