//! The rows of another file as the coded table of a preparation.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ndarray::Array2;

use super::cell_names::{cell_shown, number_name};
use super::coding::{Coding, NONE};
use super::column::refused;
use super::dates::moment_shown;
use super::preparation::{Preparation, PreparedColumn};
use super::typed::{Values, typed};
use crate::data::frame::{Cell, Frame};
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;

/// The most missing columns that a message names.
const MOST_NAMED: usize = 5;

/// Where a file has the columns of a preparation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The index in the file of each column of the preparation.
    columns: Vec<usize>,
    /// The number of columns of the file.
    width: usize,
    /// The names of the file's other columns.
    pub passed_over: Vec<String>,
    /// Columns of the file, by index, whose dates are numbers already: seconds since 1970 in UTC. None at first.
    pub seconds: Vec<usize>,
}

impl Mapping {
    /// The index in the file of each column of the preparation.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }
}

impl Preparation {
    /// Finds the columns of the preparation in a file, by name; blanks around names don't count. Missing ones are refused.
    pub fn columns_in(&self, names: &[String]) -> Result<Mapping> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            known.entry(name.trim()).or_insert(index);
        }
        let (mut columns, mut missing) = (vec![], vec![]);
        for column in self.columns() {
            match known.get(column.name.trim()) {
                Some(index) => columns.push(*index),
                None => missing.push(column.name.as_str()),
            }
        }
        if !missing.is_empty() {
            return Err(missing_columns(&missing, names));
        }
        let own: HashSet<usize> = columns.iter().copied().collect();
        let others = names.iter().enumerate().filter(|(index, _)| !own.contains(index));
        let passed_over = others.map(|(_, name)| name.clone()).collect();
        Ok(Mapping { columns, width: names.len(), passed_over, seconds: vec![] })
    }

    /// The coded table of the rows of a file, or of a block of them; [`Preparation::expand`] makes inputs of it.
    pub fn apply(&self, mapping: &Mapping, frame: &Frame) -> Result<Array2<f64>> {
        if mapping.width != frame.columns.len() || mapping.columns.len() != self.columns().len() {
            return Err(Error::input("has other columns than those that were looked up"));
        }
        let values = |index: usize| {
            let column = mapping.columns[index];
            let are_seconds = mapping.seconds.contains(&column);
            values(&self.columns()[index], frame, column, are_seconds).map(Cow::Owned)
        };
        self.table_of(frame.rows(), values)
    }

    /// Counts the cells of each column that are of no category of its own in the training rows, gaps aside.
    pub fn count_unseen(
        &self,
        mapping: &Mapping,
        frame: &Frame,
        coded: &Array2<f64>,
        counts: &mut [u64],
    ) {
        let mut first = 0;
        for ((own, &index), count) in self.columns().iter().zip(&mapping.columns).zip(counts) {
            if let Coding::Category { names, has_other, .. } = &own.coding {
                let other = if *has_other { names.len() as f64 } else { NONE };
                let cells = &frame.columns[index];
                let is_unseen = |(row, code): &(usize, &f64)| {
                    (**code == other || **code == NONE) && cells.cell(*row) != Cell::Gap
                };
                let unseen = coded.column(first).iter().enumerate().filter(is_unseen).count();
                *count += unseen as u64;
            }
            first += own.coding.width();
        }
    }

    /// The coded table of the rows of a whole file.
    pub fn rows(&self, frame: &Frame) -> Result<Array2<f64>> {
        self.apply(&self.columns_in(&frame.names)?, frame)
    }
}

fn missing_columns(missing: &[&str], names: &[String]) -> Error {
    let near = |name: &str| did_you_mean(name, names.iter().map(String::as_str));
    if let [one] = missing {
        let near = near(one);
        return Error::input(format!("has no column {one:?}, which the model takes{near}"));
    }
    let named: Vec<String> =
        missing.iter().take(MOST_NAMED).map(|name| format!("{name:?}")).collect();
    let more = missing.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::input(format!(
        "lacks {} columns that the model takes: {}{more}{}",
        missing.len(),
        named.join(", "),
        missing.first().map_or_else(String::new, |first| near(first))
    ))
}

/// The cells of a column as the preparation reads them.
fn values<'f>(
    own: &PreparedColumn,
    frame: &'f Frame,
    index: usize,
    are_seconds: bool,
) -> Result<Values<'f>> {
    let cells = &frame.columns[index];
    typed(&own.coding.kind(), cells, are_seconds).map_err(|row| {
        let what = stranger(&own.coding, cells.cell(row));
        refused(frame, row, &frame.names[index], cells.cell(row), &what)
    })
}

/// What is wrong with a cell, and what can be done.
fn stranger(coding: &Coding, cell: Cell) -> String {
    let kind = coding.kind();
    let fill = match coding {
        Coding::Number { fill, .. } => Some(number_name(*fill)),
        Coding::Boolean { fill, .. } => Some(u8::from(*fill).to_string()),
        Coding::Date { fill, .. } => Some(moment_shown(*fill)),
        Coding::Category { .. } => None,
    };
    let gap = fill.map_or(String::new(), |fill| format!(" (a gap counts as {fill})"));
    let what = format!("is no {}: the model takes {} here", kind.name(), kind.takes());
    match cell {
        Cell::Number(number) if number.is_infinite() => {
            format!("{what}; correct the cell, or leave it empty{gap}")
        }
        Cell::Number(_) | Cell::Gap => format!(
            "{what}; the column has changed its kind since the training, or the cell is a slip: correct it, or leave it \
             empty{gap}"
        ),
        Cell::Text(_) => format!(
            "{what}; the column has changed its kind since the training, or the cell is a slip: correct it, leave it \
             empty{gap}, or add --na {} if it stands for a gap",
            cell_shown(cell)
        ),
    }
}
