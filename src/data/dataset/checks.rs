//! What rows, targets, weights and names must satisfy before anything is computed.

use ndarray::{ArrayD, ArrayViewD, Dimension};

use crate::data::lengths::length;
use crate::error::{Error, Result};

/// Of a row of any data: f32 has no whole number beyond it for certain.
const MOST_SAMPLES: usize = 1 << 24;

/// Inputs are (rows, features), (rows, channels, T) or (rows, channels, height, width), none of them zero.
pub(super) fn input_shape(x: &str, shape: &[usize]) -> Result<()> {
    let hint = match shape.len() {
        2..=4 => return not_empty(x, shape, "columns"),
        1 => format!("for one feature, save {x}={x}.reshape(-1, 1)"),
        0 => "it is a single number".into(),
        _ => format!("to use its rows as plain features, save {x}={x}.reshape(len({x}), -1)"),
    };
    Err(Error::input(format!(
        "array {x} has the shape {}; allowed are (rows, features), (rows, channels, T) and (rows, \
         channels, height, width); {hint}",
        tuple(shape)
    )))
}

/// Targets are (rows) or (rows, outputs), neither of them zero.
pub(super) fn target_shape(y: &str, shape: &[usize]) -> Result<()> {
    if let 1 | 2 = shape.len() {
        return not_empty(y, shape, "outputs");
    }
    Err(Error::input(format!(
        "array {y} has the shape {}; allowed are (rows,) and (rows, outputs)",
        tuple(shape)
    )))
}

fn not_empty(name: &str, shape: &[usize], columns: &str) -> Result<()> {
    let missing = match shape.iter().position(|length| *length == 0) {
        None => return Ok(()),
        Some(0) => "rows",
        Some(_) => columns,
    };
    Err(Error::input(format!(
        "array {name} has zero {missing} (its shape is {}); save an array with data in it",
        tuple(shape)
    )))
}

/// Training and validation need one row each.
pub(super) fn enough_rows(x: &str, rows: usize) -> Result<()> {
    if rows > 1 {
        return Ok(());
    }
    Err(Error::input(format!(
        "array {x} has one row, and a single row cannot be split into training and validation; at \
         least two rows are needed"
    )))
}

/// One target per row.
pub(super) fn same_rows(x: &str, inputs: usize, y: &str, targets: usize) -> Result<()> {
    if inputs == targets {
        return Ok(());
    }
    Err(Error::input(format!(
        "array {x} has {inputs} rows but array {y} has {targets}; each row needs its target: save both \
         from the same table"
    )))
}

/// No NaN, no infinity.
pub(super) fn finite(name: &str, values: ArrayViewD<'_, f64>) -> Result<()> {
    if values.iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    let mut wrong = values.indexed_iter().filter(|(_, value)| !value.is_finite());
    let Some((at, first)) = wrong.next() else {
        return Ok(());
    };
    let place = place(at.slice());
    let count = 1 + wrong.count();
    let (values, verb) = if count == 1 { ("value", "is") } else { ("values", "are") };
    Err(Error::input(format!(
        "array {name} holds {count} {values} that {verb} not finite; the first is {first} at {place} \
         (counted from 0, as NumPy does); remove such rows, or fill the gaps, for example with the \
         mean of the column"
    )))
}

/// An index in words.
fn place(index: &[usize]) -> String {
    match index {
        [row] => format!("row {row}"),
        [row, column] => format!("row {row}, column {column}"),
        [row, channel, time] => format!("row {row}, channel {channel}, position {time}"),
        other => format!("index {}", tuple(other)),
    }
}

/// One weight per row: finite, not negative, not all zero.
pub(super) fn weights(name: &str, weights: ArrayD<f64>, rows: usize) -> Result<Vec<f64>> {
    if weights.shape() != [rows] {
        return Err(Error::input(format!(
            "array {name} has the shape {}; a weight for each of the {rows} rows is needed, shape {} \
             (with a split of the archive's own: of training first, then of test, validation between them)",
            tuple(weights.shape()),
            tuple(&[rows])
        )));
    }
    finite(name, weights.view())?;
    let weights: Vec<f64> = weights.into_iter().collect();
    if let Some(row) = weights.iter().position(|weight| *weight < 0.0) {
        return Err(Error::input(format!(
            "array {name} holds {} at row {row} (counted from 0); weights are zero or positive",
            weights[row]
        )));
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(Error::input(format!(
            "every weight in array {name} is zero; some row must count"
        )));
    }
    Ok(weights)
}

/// One group per row.
pub(in crate::rooms::data) fn groups(name: &str, found: usize, rows: usize) -> Result<()> {
    if found == rows {
        return Ok(());
    }
    Err(Error::input(format!(
        "array {name} has {found} numbers; a group for each of the {rows} rows is needed"
    )))
}

/// One length per row: whole numbers from 1 on. How many samples there are is not known yet: a run may give rows another
/// shape.
pub(super) fn lengths(name: &str, lengths: ArrayD<f64>, rows: usize) -> Result<Vec<f64>> {
    if lengths.shape() != [rows] {
        return Err(Error::input(format!(
            "array {name} has the shape {}; the length of each of the {rows} rows is needed, shape {} (with a split of \
             the archive's own: of training first, then of test, validation between them)",
            tuple(lengths.shape()),
            tuple(&[rows])
        )));
    }
    let lengths: Vec<f64> = lengths.into_iter().collect();
    match lengths.iter().position(|own| length(*own, MOST_SAMPLES).is_none()) {
        None => Ok(lengths),
        Some(row) => Err(Error::input(format!(
            "array {name} holds {} at row {row} (counted from 0); allowed: whole numbers from 1 to the samples of a row",
            lengths[row]
        ))),
    }
}

/// One name per feature, or per channel for signals and images, whose channels come first or last.
pub(super) fn feature_names(name: &str, found: usize, row_shape: &[usize]) -> Result<()> {
    if row_shape.last() == Some(&found) || row_shape.iter().product::<usize>() == found {
        return Ok(());
    }
    let unit = if row_shape.len() == 1 { "feature" } else { "channel" };
    match row_shape.first() {
        Some(expected) if found != *expected => Err(Error::input(format!(
            "array {name} holds {found} names but there are {expected} {unit}s; save one name a {unit}, \
             or leave {name} out"
        ))),
        _ => Ok(()),
    }
}

/// A shape as Python writes it.
pub(super) fn tuple(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        lengths => {
            let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
            format!("({})", lengths.join(", "))
        }
    }
}
