//! Numbers as an array holds them: integers stay integers.

use ndarray::ArrayD;

/// The numbers of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// Booleans (0 and 1) and integers.
    Integers(ArrayD<i64>),
    /// Integers from 0 to 255 of one byte.
    Bytes(ArrayD<u8>),
    /// Real numbers.
    Reals(ArrayD<f64>),
}

impl Numbers {
    /// The shape of the array.
    pub fn shape(&self) -> &[usize] {
        match self {
            Numbers::Integers(values) => values.shape(),
            Numbers::Bytes(values) => values.shape(),
            Numbers::Reals(values) => values.shape(),
        }
    }

    /// All as real numbers; integers beyond 2^53 are rounded.
    pub fn into_reals(self) -> ArrayD<f64> {
        match self {
            Numbers::Integers(values) => values.mapv(|value| value as f64),
            Numbers::Bytes(values) => values.mapv(f64::from),
            Numbers::Reals(values) => values,
        }
    }
}
