//! Rows of sequences that have lengths: what lies behind the end of a row is padding.

use ndarray::Array2;

use crate::error::Error;

/// The lengths of the rows of sequences of (channels, samples).
#[derive(Debug, Clone, Copy)]
pub struct Lengths<'a> {
    /// The samples that each row has.
    pub of_rows: &'a [u32],
    /// The samples of a row with its padding.
    pub samples: usize,
}

impl Lengths<'_> {
    /// Whether a row has a column, channel after channel.
    pub fn has(&self, row: u32, column: usize) -> bool {
        column % self.samples < self.of_rows[row as usize] as usize
    }
}

/// The number as the length of a row of so many samples.
pub fn length(number: f64, samples: usize) -> Option<u32> {
    let is_one = number.fract() == 0.0 && number >= 1.0 && number <= samples as f64;
    is_one.then_some(number as u32)
}

/// Refuses the length of a row, which counts from 0.
pub fn no_length(row: u64, number: f64, samples: usize) -> Error {
    Error::input(format!(
        "row {row} (counted from 0) has the length {number}; allowed: whole numbers from 1 to {samples}, the samples \
         of a row"
    ))
}

/// Gives the padding of each channel the value of its first sample, which every row has: padding of any size then neither
/// moves a mean nor leaves the range of f32. `column` is the place of an input, channel after channel, among the first
/// `elements` numbers of a row.
pub fn fill_padding(
    rows: &mut Array2<f64>,
    lengths: Lengths,
    elements: usize,
    column: impl Fn(usize) -> usize,
) {
    let samples = lengths.samples;
    for (mut row, &length) in rows.outer_iter_mut().zip(lengths.of_rows) {
        for first in (0..elements).step_by(samples) {
            let value = row[column(first)];
            (first + length as usize..first + samples).for_each(|input| row[column(input)] = value);
        }
    }
}
