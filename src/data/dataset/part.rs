//! Inputs and their targets, checked against each other: a whole data set, or one of its splits.

use ndarray::{Array2, ArrayD, Axis, concatenate};

use super::checks;
use super::selection::Pair;
use super::targets::Targets;
use crate::data::npz::{Archive, Numbers};
use crate::error::{Error, Result};

/// Rows with their targets.
pub(super) struct Part {
    pub inputs: Array2<f64>,
    pub row_shape: Vec<usize>,
    pub targets: Targets,
}

impl Part {
    /// Reads the arrays of these names.
    pub fn read(archive: &mut Archive, Pair { x, y }: &Pair) -> Result<Self> {
        let inputs = archive.numbers(x)?.into_reals();
        Self::new((x, inputs), (y, archive.numbers(y)?))
    }

    /// The rows of one part behind those of another. Targets are integers where those of all parts are.
    pub fn joined(mut parts: Vec<Part>) -> Result<Self> {
        if parts.len() == 1
            && let Some(part) = parts.pop()
        {
            return Ok(part);
        }
        let row_shape = parts.first().map_or_else(Vec::new, |part| part.row_shape.clone());
        let (mut inputs, mut targets) = (vec![], vec![]);
        for part in parts {
            inputs.push(part.inputs);
            targets.push(part.targets);
        }
        let integers: Option<Vec<Array2<i64>>> = targets
            .iter()
            .map(|targets| match targets {
                Targets::Integers(values) => Some(values.clone()),
                Targets::Reals(_) => None,
            })
            .collect();
        let targets = match integers {
            Some(integers) => Targets::Integers(stacked(&integers)?),
            None => {
                let reals: Vec<_> = targets.into_iter().map(Targets::into_reals).collect();
                Targets::Reals(stacked(&reals)?)
            }
        };
        Ok(Part { inputs: stacked(&inputs)?, row_shape, targets })
    }

    /// Checks inputs and targets, each with the name that messages give it.
    pub fn new((x, inputs): (&str, ArrayD<f64>), (y, targets): (&str, Numbers)) -> Result<Self> {
        checks::input_shape(x, inputs.shape())?;
        let target_shape = match &targets {
            Numbers::Integers(values) => values.shape(),
            Numbers::Reals(values) => values.shape(),
        };
        checks::target_shape(y, target_shape)?;
        checks::same_rows((x, inputs.shape()[0]), (y, target_shape[0]))?;
        checks::finite(x, inputs.view())?;
        let targets = match targets {
            Numbers::Integers(values) => Targets::Integers(flat(values)?),
            Numbers::Reals(values) => {
                checks::finite(y, values.view())?;
                Targets::Reals(flat(values)?)
            }
        };
        let row_shape = inputs.shape()[1..].to_vec();
        Ok(Self { inputs: flat(inputs)?, row_shape, targets })
    }

    /// Refuses another part of an archive that describes other quantities than this one, which has those names.
    pub fn check_columns(&self, own_names: &Pair, (names, other): (&Pair, &Part)) -> Result<()> {
        if self.row_shape != other.row_shape {
            return Err(Error::input(format!(
                "rows of {} have the shape {} but rows of {} {}; all parts need the same features",
                own_names.x,
                checks::tuple(&self.row_shape),
                names.x,
                checks::tuple(&other.row_shape)
            )));
        }
        if self.outputs() != other.outputs() {
            return Err(Error::input(format!(
                "{} has {} outputs a row but {} has {}; all parts need the same outputs",
                own_names.y,
                self.outputs(),
                names.y,
                other.outputs()
            )));
        }
        Ok(())
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.inputs.nrows()
    }

    /// Outputs a row.
    pub fn outputs(&self) -> usize {
        self.targets.columns()
    }
}

fn stacked<T: Clone>(parts: &[Array2<T>]) -> Result<Array2<T>> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views)
        .map_err(|error| Error::input(format!("the parts cannot be joined: {error}")))
}

/// An array as a matrix in C order: a line a row, all else side by side. Copies only an array in
/// another order.
fn flat<T: Clone>(array: ArrayD<T>) -> Result<Array2<T>> {
    let rows = array.shape()[0];
    let columns: usize = array.shape()[1..].iter().product();
    let array =
        if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() };
    array
        .into_shape_with_order((rows, columns))
        .map_err(|error| Error::input(format!("cannot be laid out as rows: {error}")))
}
