//! The targets of rows.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

#[cfg(feature = "files")]
use crate::error::{Error, Result};

/// The targets of a data set, as its file holds them; the network says what they mean (classes or values).
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

    /// These targets, and others behind them.
    #[cfg(feature = "files")]
    pub(super) fn followed_by(self, others: Targets) -> Result<Targets> {
        let cannot = |error| Error::input(format!("the targets cannot be joined: {error}"));
        Ok(match (self, others) {
            (Targets::Integers(mut own), Targets::Integers(others)) => {
                own.append(Axis(0), others.view()).map_err(cannot)?;
                Targets::Integers(own)
            }
            (own, others) => {
                let mut own = own.into_reals();
                own.append(Axis(0), others.into_reals().view()).map_err(cannot)?;
                Targets::Reals(own)
            }
        })
    }

    /// The targets as real numbers, shape (rows, outputs); integers beyond 2^53 are rounded.
    pub fn into_reals(self) -> Array2<f64> {
        match self {
            Targets::Integers(values) => values.mapv(|value| value as f64),
            Targets::Reals(values) => values,
        }
    }
}

macro_rules! targets_from {
    ($number:ty, $kind:ident) => {
        impl From<Array2<$number>> for Targets {
            fn from(values: Array2<$number>) -> Self {
                Targets::$kind(values)
            }
        }

        impl From<ArrayView2<'_, $number>> for Targets {
            fn from(values: ArrayView2<$number>) -> Self {
                Targets::$kind(values.to_owned())
            }
        }

        /// One output per row.
        impl From<Array1<$number>> for Targets {
            fn from(values: Array1<$number>) -> Self {
                Targets::$kind(values.insert_axis(Axis(1)))
            }
        }

        /// One output per row.
        impl From<ArrayView1<'_, $number>> for Targets {
            fn from(values: ArrayView1<$number>) -> Self {
                values.to_owned().into()
            }
        }

        /// One output per row.
        impl From<Vec<$number>> for Targets {
            fn from(values: Vec<$number>) -> Self {
                Array1::from(values).into()
            }
        }

        /// One output per row.
        impl From<&[$number]> for Targets {
            fn from(values: &[$number]) -> Self {
                values.to_vec().into()
            }
        }
    };
}

targets_from!(i64, Integers);
targets_from!(f64, Reals);
