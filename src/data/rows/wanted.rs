//! What the rows of a file must be.

use std::sync::Arc;

use crate::data::dataset::Prepared;
use crate::data::forecast::Forecast;
use crate::error::{Error, Result};

/// What the rows of a file must be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The shape of a row as the file lays it out: `[features]`, `[channels, samples]`, `[height, width, channels]`, ...
    pub row_shape: Vec<usize>,
    /// Other shapes that a row may have, flat aside.
    pub other_shapes: Vec<Vec<usize>>,
    /// Whether each row has a length, the samples of it that exist: a number more.
    pub has_lengths: bool,
    /// The names of the features, one per element or per channel, where they are known.
    pub feature_names: Option<Vec<String>>,
    /// The number of target columns.
    pub targets: usize,
    /// The names of the target columns, where they are known.
    pub target_names: Option<Vec<String>>,
    /// The names that may stand for the labels of classes.
    pub class_names: Vec<(String, i64)>,
    /// The labels of the classes; empty where targets are values.
    pub labels: Vec<i64>,
    /// The forecast whose moments the rows are; None where each is an example.
    pub forecast: Option<Forecast>,
    /// Whether the first line of a CSV file is a header; None where the line itself tells.
    pub header: Option<bool>,
    /// What makes the inputs of the columns of a table; None where rows hold inputs.
    pub prepared: Option<Arc<Prepared>>,
    /// Further words of a table for a missing cell.
    pub gaps: Vec<String>,
    /// The names of columns of a table that go along to the predictions; `all` for all.
    pub keep: Vec<String>,
}

impl Wanted {
    /// The inputs of a row: its elements, and its length if it has one.
    pub fn inputs(&self) -> usize {
        self.elements() + usize::from(self.has_lengths)
    }

    /// The elements of a row.
    pub fn elements(&self) -> usize {
        self.row_shape.iter().product()
    }

    /// Whether rows may have this shape.
    fn takes(&self, row: &[usize]) -> bool {
        row == self.row_shape || self.other_shapes.iter().any(|other| row == other)
    }

    /// The names of the elements one by one.
    pub(super) fn input_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref().filter(|names| names.len() == self.elements())
    }
}

/// Refuses an array whose rows have neither the wanted shape nor, flat, its length. For one input, a list
/// of numbers will do.
pub(super) fn check_shape(what: &str, shape: &[usize], wanted: &Wanted) -> Result<()> {
    let inputs = wanted.elements();
    let fits = match shape {
        [_] => inputs == 1,
        [_, columns] => *columns == inputs,
        [_, row @ ..] => wanted.takes(row),
        [] => false,
    };
    if fits {
        return Ok(());
    }
    let sizes: String = wanted.row_shape.iter().map(|size| format!(", {size}")).collect();
    let flat = match wanted.row_shape.len() {
        1 => String::new(),
        _ => format!(" or (rows, {inputs})"),
    };
    Err(Error::input(format!(
        "{what} has the shape {shape:?}; the model takes (rows{sizes}){flat}"
    )))
}
