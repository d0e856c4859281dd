//! Rows that have lengths, for a model that takes them.

use ndarray::{ArrayView2, CowArray, Ix2};

use crate::data::{Lengths, fill_padding, length, no_length};
use crate::error::Result;

/// Rows of so many samples, each with its length behind it, without what lies behind their ends; `first` is the number of
/// the first row, for messages. A model without `samples` takes rows as they are.
pub(super) fn without_padding<'a>(
    samples: Option<usize>,
    columns: Option<&[usize]>,
    rows: ArrayView2<'a, f64>,
    first: u64,
) -> Result<CowArray<'a, f64, Ix2>> {
    let Some(samples) = samples else { return Ok(rows.into()) };
    let elements = rows.ncols() - 1;
    let mut of_rows = vec![];
    for (row, &number) in (first..).zip(rows.column(elements)) {
        of_rows.push(length(number, samples).ok_or_else(|| no_length(row, number, samples))?);
    }
    let mut filled = rows.to_owned();
    let column = |input: usize| columns.map_or(input, |columns| columns[input]);
    fill_padding(&mut filled, Lengths { of_rows: &of_rows, samples }, elements, column);
    Ok(filled.into())
}
