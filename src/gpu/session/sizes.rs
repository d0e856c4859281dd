//! How many rows there are to make room for.

use crate::data::Split;
use crate::params::Run;

/// Rows of the largest list of a split.
pub(in crate::gpu) fn most_rows(run: &Run, splits: &[Split]) -> usize {
    let rows = run.replicas.iter().flat_map(|r| splits.iter().map(|s| r.splits.of(*s).len()));
    rows.max().unwrap_or(0)
}

pub(in crate::gpu) fn training_capacity(run: &Run) -> usize {
    run.replicas.iter().map(|replica| run.largest_batch(replica)).fold(1, usize::max)
}

/// Whether rows weigh differently.
pub(in crate::gpu) fn is_weighted(run: &Run) -> bool {
    let weighted_classes = run.replicas.iter().any(|replica| !replica.class_weights.is_empty());
    run.table.row_weights.is_some() || weighted_classes
}
