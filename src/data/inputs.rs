//! The inputs of rows: real numbers, or bytes, which stay bytes.

use std::ops::Range;

use ndarray::{ArcArray2, Array2, Axis, s};

use super::coded::Coded;
use super::windows::SlidingWindows;

/// The inputs of rows, shape (rows, inputs).
#[derive(Debug, Clone, PartialEq)]
pub enum Inputs {
    /// Real numbers.
    Reals(Array2<f64>),
    /// Whole numbers from 0 to 255, as images have them. A clone shares them.
    Bytes(ArcArray2<u8>),
    /// Windows of real numbers.
    Windows(SlidingWindows<f64>),
    /// Numbers and codes of categories.
    Coded(Coded<f64>),
}

impl Inputs {
    /// The rows, and the inputs of a row.
    pub fn dim(&self) -> (usize, usize) {
        match self {
            Inputs::Reals(values) => values.dim(),
            Inputs::Bytes(values) => values.dim(),
            Inputs::Windows(windows) => windows.dim(),
            Inputs::Coded(coded) => coded.dim(),
        }
    }

    /// The number of rows.
    pub fn nrows(&self) -> usize {
        self.dim().0
    }

    /// The inputs of a row.
    pub fn ncols(&self) -> usize {
        self.dim().1
    }

    /// Some of the rows, as real numbers.
    pub fn rows(&self, rows: Range<usize>) -> Array2<f64> {
        match self {
            Inputs::Reals(values) => values.slice(s![rows, ..]).to_owned(),
            Inputs::Bytes(values) => values.slice(s![rows, ..]).mapv(f64::from),
            Inputs::Windows(windows) => windows.rows(rows),
            Inputs::Coded(coded) => coded.rows(rows),
        }
    }

    /// An input of a row.
    pub fn element(&self, row: usize, input: usize) -> f64 {
        match self {
            Inputs::Reals(values) => values[[row, input]],
            Inputs::Bytes(values) => values[[row, input]].into(),
            Inputs::Windows(windows) => windows.element(row, input),
            Inputs::Coded(coded) => coded.element(row, input),
        }
    }

    /// All rows, as real numbers.
    pub fn to_reals(&self) -> Array2<f64> {
        self.rows(0..self.nrows())
    }

    /// The same, to change them: all become real numbers, row by row.
    pub fn reals_mut(&mut self) -> &mut Array2<f64> {
        if !matches!(self, Inputs::Reals(_)) {
            *self = Inputs::Reals(self.to_reals());
        }
        match self {
            Inputs::Reals(values) => values,
            _ => unreachable!("all have become real numbers"),
        }
    }

    /// The rows from this one on.
    pub(crate) fn after(&self, first: usize) -> Self {
        match self {
            Inputs::Reals(values) => Inputs::Reals(values.slice(s![first.., ..]).to_owned()),
            Inputs::Bytes(values) => Inputs::Bytes(values.clone().slice_move(s![first.., ..])),
            Inputs::Windows(_) | Inputs::Coded(_) => Inputs::Reals(self.rows(first..self.nrows())),
        }
    }

    /// These columns, in their order.
    pub(crate) fn select(&self, columns: &[usize]) -> Self {
        match self {
            Inputs::Reals(values) => Inputs::Reals(values.select(Axis(1), columns)),
            Inputs::Bytes(values) => Inputs::Bytes(values.select(Axis(1), columns).into_shared()),
            Inputs::Windows(_) | Inputs::Coded(_) => {
                Inputs::Reals(self.to_reals().select(Axis(1), columns))
            }
        }
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Inputs::Reals(values) => 8 * values.len() as u64,
            Inputs::Bytes(values) => values.len() as u64,
            Inputs::Windows(windows) => 8 * windows.moments.len() as u64,
            Inputs::Coded(coded) => 8 * coded.values.len() as u64,
        }
    }
}

impl From<Array2<f64>> for Inputs {
    fn from(values: Array2<f64>) -> Self {
        Inputs::Reals(values)
    }
}

impl From<Array2<u8>> for Inputs {
    fn from(values: Array2<u8>) -> Self {
        Inputs::Bytes(values.into_shared())
    }
}

impl PartialEq<Array2<f64>> for Inputs {
    fn eq(&self, other: &Array2<f64>) -> bool {
        match self {
            Inputs::Reals(values) => values == other,
            Inputs::Bytes(_) | Inputs::Windows(_) | Inputs::Coded(_) => self.to_reals() == other,
        }
    }
}
