//! The targets that predictions are compared with.

use std::ops::Range;

use ndarray::{Array2, s};

/// The targets of rows, in the form that the task needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// The class of each row, an index into the model's classes.
    Classes(Vec<u32>),
    /// 0 or 1 per label, shape (rows, labels).
    Labels(Array2<f64>),
    /// Shape (rows, outputs), in original units minus the model's shifts. Predictions are shifted alike.
    Values(Array2<f64>),
}

impl Truth {
    /// The targets of some of the rows.
    pub fn rows(&self, rows: Range<usize>) -> Truth {
        match self {
            Truth::Classes(classes) => Truth::Classes(classes[rows].to_vec()),
            Truth::Labels(labels) => Truth::Labels(labels.slice(s![rows, ..]).to_owned()),
            Truth::Values(values) => Truth::Values(values.slice(s![rows, ..]).to_owned()),
        }
    }
}
