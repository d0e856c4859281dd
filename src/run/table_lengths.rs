//! The lengths of the rows in a table.

use ndarray::{Array2, s};

use super::table_inputs::TableInputs;
use crate::data::Dataset;

/// The inputs of a table and their centres with the length of each row behind them, if rows have lengths. A length is no
/// value: it is not centred.
pub(super) fn with_lengths(
    (inputs, mut center): (TableInputs, Vec<f64>),
    dataset: &Dataset,
) -> (TableInputs, Vec<f64>) {
    let (Some(lengths), TableInputs::Reals(values)) = (&dataset.lengths, &inputs) else {
        return (inputs, center);
    };
    let (rows, columns) = values.dim();
    let mut all = Array2::zeros((rows, columns + 1));
    for ((mut to, from), &own) in all.outer_iter_mut().zip(values.outer_iter()).zip(lengths) {
        to.slice_mut(s![..columns]).assign(&from);
        to[columns] = own as f32;
    }
    center.push(0.0);
    (TableInputs::Reals(all), center)
}
