//! What turns the columns of a table into inputs; a model keeps it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ndarray::{Array2, ArrayViewMut2, ShapeBuilder, ShapeError};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::coding::Coding;
use super::input_column::InputColumn;
use super::typed::Values;
use crate::data::coded::{Coded, CodedColumn};
use crate::error::{Error, Result};

/// What turns the columns of a table into inputs, fitted on training rows.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Preparation {
    columns: Vec<PreparedColumn>,
    inputs: Vec<PreparedInput>,
}

/// A column of a table and how it is coded.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedColumn {
    /// The name of the column.
    pub name: String,
    /// How its values are coded.
    pub coding: Coding,
}

/// An input of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedInput {
    /// Its name, such as `age` or `sex=female`.
    pub name: String,
    /// The column of the coded table that it is made of.
    pub column: usize,
    /// The code at which it is 1, and 0 elsewhere; None where it is the column itself.
    pub category: Option<u32>,
    /// Whether it is to be scaled: numbers are, what is 0 or 1 or a sine is not.
    pub is_scaled: bool,
}

/// The saved form: inputs follow from the columns.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    columns: Vec<PreparedColumn>,
}

impl From<Saved> for Preparation {
    fn from(saved: Saved) -> Self {
        Preparation::new(saved.columns)
    }
}

impl From<Preparation> for Saved {
    fn from(preparation: Preparation) -> Self {
        Saved { columns: preparation.columns }
    }
}

impl Preparation {
    pub(super) fn new(columns: Vec<PreparedColumn>) -> Self {
        let (mut inputs, mut first) = (vec![], 0);
        for column in &columns {
            column.add_inputs(first, &mut inputs);
            first += column.coding.width();
        }
        distinguish(&mut inputs);
        Preparation { columns, inputs }
    }

    /// The columns of the table that become inputs, in the order of the training file.
    pub fn columns(&self) -> &[PreparedColumn] {
        &self.columns
    }

    /// The inputs of the network.
    pub fn inputs(&self) -> &[PreparedInput] {
        &self.inputs
    }

    /// The number of columns of the coded table.
    pub fn coded_columns(&self) -> usize {
        self.columns.iter().map(|column| column.coding.width()).sum()
    }

    /// The coded table of all rows: one column per number, boolean, indicator and part of a date, one per category with
    /// its code, -1 for none. The columns are those that the preparation is fitted on. It lies column by column.
    pub fn table(&self, columns: &[InputColumn]) -> Result<Array2<f64>> {
        let names = || columns.iter().map(|column| &column.name);
        if !names().eq(self.columns.iter().map(|own| &own.name)) {
            return Err(Error::input("other columns than those that the preparation is fitted on"));
        }
        let rows = columns.first().map_or(0, |column| column.values.len());
        self.table_of(rows, |index| Ok(Cow::Borrowed(&columns[index].values)))
    }

    /// The coded table of so many rows, from the values of each column; as many columns at once as there are cores.
    pub(super) fn table_of<'v>(
        &self,
        rows: usize,
        values: impl Fn(usize) -> Result<Cow<'v, Values<'v>>> + Sync,
    ) -> Result<Array2<f64>> {
        let mut table = vec![0.0; rows * self.coded_columns()];
        let (mut parts, mut rest) = (vec![], &mut table[..]);
        for column in &self.columns {
            let (own, after) = rest.split_at_mut(rows * column.coding.width());
            parts.push(own);
            rest = after;
        }
        let code = |(index, own): (usize, &mut [f64])| -> Result<()> {
            let coding = &self.columns[index].coding;
            let table = ArrayViewMut2::from_shape((rows, coding.width()).f(), own);
            coding.code(values(index)?.as_ref(), table.map_err(misshapen)?);
            Ok(())
        };
        let coded: Vec<Result<()>> = parts.into_par_iter().enumerate().map(code).collect();
        // Of several refused columns the first one is told.
        coded.into_iter().collect::<Result<()>>()?;
        Array2::from_shape_vec((rows, self.coded_columns()).f(), table).map_err(misshapen)
    }

    /// The same with what each of its columns is.
    pub fn coded(&self, columns: &[InputColumn]) -> Result<Coded<f64>> {
        Ok(Coded { values: self.table(columns)?, columns: self.coded_kinds() })
    }

    /// What each column of the coded table is.
    pub fn coded_kinds(&self) -> Vec<CodedColumn> {
        let mut kinds = vec![CodedColumn::Categories(0); self.coded_columns()];
        for input in &self.inputs {
            kinds[input.column] = match (input.category, input.is_scaled) {
                (Some(code), _) => CodedColumn::Categories(code as usize + 1),
                (None, true) => CodedColumn::Number,
                (None, false) => CodedColumn::Kept,
            };
        }
        kinds
    }

    /// The inputs of coded rows, shape (rows, inputs), not scaled; the rows are those of [`Preparation::table`].
    pub fn expand(&self, coded: Array2<f64>) -> Array2<f64> {
        let rows = 0..coded.nrows();
        Coded { values: coded, columns: self.coded_kinds() }.rows(rows)
    }
}

impl PreparedColumn {
    /// Adds the inputs of the column, whose coded columns begin at `first`.
    fn add_inputs(&self, first: usize, inputs: &mut Vec<PreparedInput>) {
        let name = &self.name;
        let mut add = |name: String, column: usize, category: Option<u32>, is_scaled: bool| {
            inputs.push(PreparedInput { name, column, category, is_scaled });
        };
        match &self.coding {
            Coding::Number { .. } => add(name.clone(), first, None, true),
            Coding::Boolean { .. } => add(name.clone(), first, None, false),
            Coding::Category { names, has_other, has_missing } => {
                let other = has_other.then_some("(other)");
                let missing = has_missing.then_some("(missing)");
                let all = names.iter().map(String::as_str).chain(other).chain(missing);
                for (code, category) in all.enumerate() {
                    add(format!("{name}={category}"), first, Some(code as u32), false);
                }
            }
            Coding::Date { parts, .. } => {
                let mut column = first;
                for part in parts {
                    let (is_number, part) = (part.is_number(), part.name());
                    let angle = [" sin", " cos"];
                    for end in if is_number { &[""][..] } else { &angle[..] } {
                        add(format!("{name} {part}{end}"), column, None, is_number);
                        column += 1;
                    }
                }
            }
        }
        if self.coding.has_indicator() {
            add(format!("{name} is missing"), first + self.coding.width() - 1, None, false);
        }
    }
}

fn misshapen(error: ShapeError) -> Error {
    Error::failed(format!("the coded table: {error}"))
}

/// Numbers inputs whose names are those of others: a column may be named `age is missing`.
fn distinguish(inputs: &mut [PreparedInput]) {
    let mut taken: HashSet<String> = HashSet::new();
    // The next number of each name: a damaged file may have very many of one.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for input in inputs {
        if taken.insert(input.name.clone()) {
            continue;
        }
        let number = numbers.entry(input.name.clone()).or_insert(2);
        let name = loop {
            let name = format!("{} ({number})", input.name);
            *number += 1;
            if taken.insert(name.clone()) {
                break name;
            }
        };
        input.name = name;
    }
}
