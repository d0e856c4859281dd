//! The rows of an array in blocks, as many at once as there are cores.

use ndarray::{ArrayView2, Axis};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// The numbers of a block: so few that they stay in the nearest memory, which a column is read from as fast as a row,
/// however the array lies.
const NUMBERS: usize = 2048;
/// The least rows of a block: the numbers of a cache line where the array lies column by column.
const LEAST: usize = 8;

/// The rows of a block of so many columns.
pub(super) fn rows_of_block(columns: usize) -> usize {
    (NUMBERS / columns.max(1)).max(LEAST)
}

/// The blocks of the rows, in their order; all but the last have [`rows_of_block`] rows.
pub(super) fn row_blocks<X: Sync>(
    values: ArrayView2<'_, X>,
) -> impl IndexedParallelIterator<Item = ArrayView2<'_, X>> {
    let (rows, most) = (values.nrows(), rows_of_block(values.ncols()));
    (0..rows.div_ceil(most)).into_par_iter().map(move |block| {
        let (_, rest) = values.split_at(Axis(0), block * most);
        let rows = rest.nrows().min(most);
        rest.split_at(Axis(0), rows).0
    })
}
