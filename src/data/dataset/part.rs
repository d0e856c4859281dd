//! Inputs and their targets, checked against each other: a whole data set, or one of its splits.

use ndarray::{Array2, ArrayD};

use super::checks;
use crate::data::inputs::Inputs;
use crate::data::numbers::Numbers;
use crate::data::targets::Targets;
use crate::error::{Error, Result};

/// Whether NaN among the inputs is a missing cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gaps {
    /// No: it is refused, as infinity is.
    Refused,
    /// Yes: a preparation fills it.
    Allowed,
}

/// Rows with their targets.
pub(super) struct Part {
    pub inputs: Inputs,
    pub row_shape: Vec<usize>,
    pub targets: Targets,
}

impl Part {
    /// Checks inputs and targets; `x` and `y` are their names in messages.
    pub fn new(x: &str, inputs: Numbers, y: &str, targets: Numbers, gaps: Gaps) -> Result<Self> {
        checks::input_shape(x, inputs.shape())?;
        checks::target_shape(y, targets.shape())?;
        checks::same_rows(x, inputs.shape()[0], y, targets.shape()[0])?;
        let row_shape = inputs.shape()[1..].to_vec();
        let inputs = match inputs {
            Numbers::Bytes(values) => flat(values)?.into(),
            Numbers::Integers(_) | Numbers::Reals(_) => {
                let values = inputs.into_reals();
                if gaps == Gaps::Refused {
                    checks::finite(x, values.view())?;
                }
                flat(values)?.into()
            }
        };
        let targets = match targets {
            Numbers::Integers(values) => Targets::Integers(flat(values)?),
            Numbers::Bytes(values) => Targets::Integers(flat(values.mapv(i64::from))?),
            Numbers::Reals(values) => {
                checks::finite(y, values.view())?;
                Targets::Reals(flat(values)?)
            }
        };
        Ok(Self { inputs, row_shape, targets })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.nrows()
    }
}

/// An array as a matrix in C order: one line per row. Copies only an array in another order.
fn flat<T: Clone>(array: ArrayD<T>) -> Result<Array2<T>> {
    let rows = array.shape()[0];
    let columns: usize = array.shape()[1..].iter().product();
    let array =
        if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() };
    array
        .into_shape_with_order((rows, columns))
        .map_err(|error| Error::input(format!("cannot be laid out as rows: {error}")))
}
