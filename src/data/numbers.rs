//! Numbers as an array holds them: integers stay integers.

use ndarray::ArrayD;

/// The numbers of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// Booleans (0 and 1) and integers.
    Integers(ArrayD<i64>),
    /// Real numbers.
    Reals(ArrayD<f64>),
}

impl Numbers {
    /// All as real numbers; integers beyond 2^53 are rounded.
    pub fn into_reals(self) -> ArrayD<f64> {
        match self {
            Numbers::Integers(values) => values.mapv(|value| value as f64),
            Numbers::Reals(values) => values,
        }
    }
}
