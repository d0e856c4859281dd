//! The targets that predictions are compared with.

use ndarray::Array2;

/// The targets of rows, as the model tells them.
pub(crate) enum Truth {
    /// The class of each row, its index among the labels.
    Classes(Vec<u32>),
    /// 0 or 1 a label, shape (rows, labels).
    Labels(Array2<f64>),
    /// Shape (rows, outputs), in original units less the model's shifts: figures are those of any other
    /// distance from 0.
    Values(Array2<f64>),
}
