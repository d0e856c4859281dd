//! Columns that say something about rows: weights and groups.

use std::collections::HashMap;

use super::column::Column;
use super::counts::bits;
use super::input_column::values_of;
use super::kind::Kind;
use super::recognise::refuse_infinite;
use super::typed::Values;
use crate::data::frame::Cell;
use crate::error::{Result, counted};

/// One weight per row: finite, not negative, not all zero.
pub(super) fn weights(column: &Column) -> Result<Vec<f64>> {
    refuse_gaps(column, "a weight")?;
    let Values::Numbers(weights) = values_of(column, &Kind::Number)? else {
        return Err(column.wrong("no numbers"));
    };
    if let Some(row) = weights.iter().position(|weight| *weight < 0.0) {
        return Err(column.refused(row, "is a negative weight; weights are zero or positive"));
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(column.wrong("every weight is zero; some row must count"));
    }
    Ok(weights.into_owned())
}

/// The group of each row, numbered in the order in which groups come first.
pub(super) fn groups(column: &Column) -> Result<Vec<i64>> {
    if column.has_too_many {
        return Err(column.wrong("more different texts than are kept; number the groups instead"));
    }
    refuse_gaps(column, "a group")?;
    refuse_infinite(column)?;
    let mut of_numbers: HashMap<u64, i64> = HashMap::new();
    let mut of_texts: Vec<Option<i64>> = vec![None; column.cells.texts.len()];
    let mut count = 0;
    let mut next = || {
        count += 1;
        count - 1
    };
    let group = |row: usize| match column.cells.cell(row) {
        Cell::Number(number) => *of_numbers.entry(bits(number)).or_insert_with(&mut next),
        Cell::Text(_) => {
            let code = column.cells.codes[row] as usize;
            *of_texts[code - 1].get_or_insert_with(&mut next)
        }
        Cell::Gap => 0,
    };
    Ok((0..column.cells.len()).map(group).collect())
}

/// Refuses gaps in a column where each row needs a value.
pub(super) fn refuse_gaps(column: &Column, what: &str) -> Result<()> {
    let gaps = column.counts.gaps;
    let first = (0..column.cells.len()).find(|&row| column.cells.cell(row) == Cell::Gap);
    let Some(row) = first else { return Ok(()) };
    Err(column.wrong(format!(
        "{} without {what}, the first in {}; every row needs one: remove such rows, or fill them in",
        counted(gaps, "row"),
        column.frame.lines.place(row)
    )))
}
