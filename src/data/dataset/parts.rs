//! The parts of an archive: read, compared and joined.

use ndarray::{Array2, Axis};

use super::checks;
use super::part::{Gaps, Part};
use super::selection::Pair;
use crate::data::inputs::Inputs;
use crate::data::npz::Archive;
use crate::data::targets::Targets;
use crate::error::{Error, Result};

impl Part {
    /// Reads the arrays of these names.
    pub fn read(archive: &mut Archive, names: &Pair, gaps: Gaps) -> Result<Self> {
        let Pair { x, y } = names;
        Self::new(x, archive.numbers(x)?, y, archive.numbers(y)?, gaps)
    }

    /// The rows of all parts, one part after the other. Targets are integers where all parts' are.
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
            Some(integers) => Targets::Integers(stacked(integers)?),
            None => {
                let reals: Vec<_> = targets.into_iter().map(Targets::into_reals).collect();
                Targets::Reals(stacked(reals)?)
            }
        };
        Ok(Part { inputs: stacked_inputs(inputs)?, row_shape, targets })
    }

    /// Refuses another part of an archive whose features or outputs are not as many as this part's.
    pub fn check_columns(&self, own_names: &Pair, other: &Part, names: &Pair) -> Result<()> {
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

    /// Outputs per row.
    pub fn outputs(&self) -> usize {
        self.targets.columns()
    }
}

/// Bytes where all are bytes.
fn stacked_inputs(parts: Vec<Inputs>) -> Result<Inputs> {
    if parts.iter().all(|part| matches!(part, Inputs::Bytes(_))) {
        let bytes = parts.into_iter().filter_map(|part| match part {
            Inputs::Bytes(bytes) => Some(bytes.into_owned()),
            Inputs::Reals(_) | Inputs::Windows(_) | Inputs::Coded(_) => None,
        });
        return Ok(stacked(bytes.collect())?.into());
    }
    let reals = parts.into_iter().map(|part| match part {
        Inputs::Reals(values) => values,
        Inputs::Bytes(_) | Inputs::Windows(_) | Inputs::Coded(_) => part.to_reals(),
    });
    Ok(stacked(reals.collect())?.into())
}

/// The first grows by the others, each of which is dropped: all are in memory once.
fn stacked<T: Clone>(parts: Vec<Array2<T>>) -> Result<Array2<T>> {
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else {
        return Err(Error::input("there is no part to read"));
    };
    for part in parts {
        let appended = all.append(Axis(0), part.view());
        appended.map_err(|error| Error::input(format!("the parts cannot be joined: {error}")))?;
    }
    Ok(all)
}
