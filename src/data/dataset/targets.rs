//! The targets of rows.

use ndarray::Array2;

/// The targets of a data set, as its file holds them; what they mean (classes or values) is the network's to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Integers (or booleans), shape (rows, outputs).
    Integers(Array2<i64>),
    /// Real numbers, shape (rows, outputs).
    Reals(Array2<f64>),
}

impl Targets {
    /// The targets of a row.
    pub fn columns(&self) -> usize {
        match self {
            Targets::Integers(values) => values.ncols(),
            Targets::Reals(values) => values.ncols(),
        }
    }

    /// The targets as real numbers, shape (rows, outputs); integers beyond 2^53 are rounded.
    pub fn into_reals(self) -> Array2<f64> {
        match self {
            Targets::Integers(values) => values.mapv(|value| value as f64),
            Targets::Reals(values) => values,
        }
    }
}
