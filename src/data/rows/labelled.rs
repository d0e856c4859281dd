//! The rows of a file with their targets.

use std::io::Read;
use std::ops::Range;

use ndarray::{Array2, Axis, concatenate};

use super::columns::Columns;
use super::csv::CsvRows;
use super::table::TableRows;
use super::wanted::Wanted;
use crate::data::inputs::Inputs;
use crate::data::targets::Targets;
use crate::error::{Error, Result};
use crate::memory::refuse_to_read;

/// All rows of a file with their targets, in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Shape (rows, inputs), all values finite.
    pub inputs: Inputs,
    /// The targets of the rows that count.
    pub targets: Targets,
    /// The rows that count, as ranges: all, or in a forecast the windows that cross no groups.
    pub examples: Vec<Range<usize>>,
    /// The group of each moment, where the model's forecast has groups.
    pub groups: Option<Vec<i64>>,
    /// Whether they are the test part of an archive with a split of its own.
    pub own_test: bool,
    /// The column that was taken as the target because it alone is no feature: the model has no name for it.
    pub assumed_target: Option<String>,
    /// The parts of the file that are not used, in words.
    pub note: Option<String>,
}

impl Labelled {
    /// The number of rows that count.
    pub fn rows(&self) -> usize {
        self.examples.iter().map(Range::len).sum()
    }

    /// The rows that count, in blocks of neighbours.
    pub(crate) fn blocks(&self, most: usize) -> impl Iterator<Item = Range<usize>> {
        let of = move |all: &Range<usize>| {
            let end = all.end;
            all.clone().step_by(most).map(move |first| first..end.min(first + most))
        };
        self.examples.iter().flat_map(of)
    }

    /// All rows of a text with their targets.
    pub(super) fn of_text(text: impl Read + Send + 'static, wanted: &Wanted) -> Result<Self> {
        if let Some(prepared) = &wanted.prepared {
            let mut rows = TableRows::new(text, prepared.clone(), wanted, true)?;
            let (inputs, targets) = rows.all(wanted)?;
            return Ok(Self::of_rows(inputs, targets, None, rows.note()));
        }
        let mut rows = CsvRows::new(text, wanted, Columns::with_targets)?;
        let (inputs, targets) = all(&mut rows)?;
        if inputs.nrows() == 0 {
            return Err(Error::input("has a header and no rows"));
        }
        let assumed_target = match rows.layout.targets[..] {
            [column] if wanted.target_names.is_none() => rows.name(column).cloned(),
            _ => None,
        };
        Ok(Self::of_rows(inputs, targets, assumed_target, rows.note()))
    }

    /// Rows that all count.
    fn of_rows(
        inputs: Array2<f64>,
        targets: Array2<f64>,
        assumed_target: Option<String>,
        note: Option<String>,
    ) -> Self {
        Labelled {
            examples: std::iter::once(0..inputs.nrows()).collect(),
            inputs: inputs.into(),
            targets: Targets::Reals(targets),
            groups: None,
            own_test: false,
            assumed_target,
            note,
        }
    }
}

/// All rows: inputs and targets. Refused beyond the memory there is: a pipe may have no end.
fn all(rows: &mut CsvRows) -> Result<(Array2<f64>, Array2<f64>)> {
    const ROWS: usize = 1 << 14;
    let (mut inputs, mut targets, mut numbers) = (vec![], vec![], 0);
    loop {
        let (x, y) = rows.next_block(ROWS)?;
        if x.nrows() == 0 {
            break;
        }
        numbers += x.len() + y.len();
        inputs.push(x);
        targets.push(y);
        // The blocks are joined at the end.
        refuse_to_read(8 * numbers as u64)?;
    }
    let Columns { inputs: features, targets: outputs, .. } = &rows.layout;
    Ok((joined(&inputs, features.len())?, joined(&targets, outputs.len())?))
}

/// Blocks of rows of so many columns, one after the other.
fn joined(blocks: &[Array2<f64>], columns: usize) -> Result<Array2<f64>> {
    if blocks.is_empty() {
        return Ok(Array2::zeros((0, columns)));
    }
    let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    concatenate(Axis(0), &views).map_err(|error| Error::input(error.to_string()))
}
