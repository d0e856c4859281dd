//! The rows of a file with their targets.

use ndarray::Array2;

use crate::data::dataset::Targets;

/// All rows of a file with their targets, in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Shape (rows, inputs), all values finite.
    pub inputs: Array2<f64>,
    /// The targets of the rows.
    pub targets: Targets,
    /// Whether they are the test part of an archive with a split of its own.
    pub own_test: bool,
    /// The column that was taken as the target because it alone is no feature: the model tells no name.
    pub assumed_target: Option<String>,
    /// What of the file is not used.
    pub note: Option<String>,
}
