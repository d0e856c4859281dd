//! A data set as it was read: rows, targets, names.

use std::path::{Path, PathBuf};

use ndarray::Array2;

use crate::error::Result;

/// The targets of a data set, as its file holds them; what they mean (classes or values) is the network's to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Integers (or booleans), shape (rows, outputs).
    Integers(Array2<i64>),
    /// Real numbers, shape (rows, outputs).
    Reals(Array2<f64>),
}

/// Rows and their targets, from an archive or from arrays.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The file's stem, or a name of the caller's.
    pub name: String,
    /// The file it came from.
    pub path: Option<PathBuf>,
    /// SHA-256 of that file in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// The inputs, shape (rows, product of `row_shape`), in original units, all finite.
    pub inputs: Array2<f64>,
    /// The shape of one row: [features], or [channels, T] for signals.
    pub row_shape: Vec<usize>,
    /// The targets; same number of rows as `inputs`.
    pub targets: Targets,
    /// Rows from this one on are the archive's own test split.
    pub own_test: Option<usize>,
    /// A weight a row, finite and not negative.
    pub sample_weight: Option<Vec<f64>>,
    /// Names of the features.
    pub feature_names: Option<Vec<String>>,
    /// Names of the classes or outputs.
    pub target_names: Option<Vec<String>>,
}

impl Dataset {
    /// Reads an NPZ archive.
    pub fn read(_path: &Path) -> Result<Self> {
        unimplemented!()
    }
}
