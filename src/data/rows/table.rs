//! Rows of a table for a network whose inputs a preparation makes of its columns.

use std::io::Read;
use std::sync::Arc;

use ndarray::{Array1, Array2, Axis, concatenate, s};

use super::wanted::Wanted;
use crate::data::dataset::Prepared;
use crate::data::frame::{Cell, Cells, CsvOptions, Frame, FrameReader, column_of};
use crate::data::prepare::{Mapping, class_of, word_value};
use crate::error::{Error, Result, counted};
use crate::memory::refuse_to_read;
use crate::nearest::did_you_mean;
use crate::text::{first_listed, listed, shown};

/// The columns that a message lists.
const MOST_LISTED: usize = 12;

/// The inputs of rows, and the cells that go along with them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// Shape (rows, inputs).
    pub inputs: Array2<f64>,
    /// The kept columns, a text per row each.
    pub kept: Vec<Vec<String>>,
}

/// The rows of a text whose columns a model takes by name.
pub(super) struct TableRows {
    reader: FrameReader,
    prepared: Arc<Prepared>,
    mapping: Mapping,
    /// The columns of the targets among those that are read; empty where targets are not read.
    targets: Vec<usize>,
    /// What is read and not yet handed out.
    waiting: Option<Block>,
    note: Option<String>,
    kept: Vec<String>,
    /// The cells of categories that no training row had, of each column of the preparation.
    unseen: Vec<u64>,
}

impl TableRows {
    /// Looks up the columns of the model, the kept ones, and those of the targets if they are needed.
    pub fn new(
        text: impl Read + Send + 'static,
        prepared: Arc<Prepared>,
        wanted: &Wanted,
        with_targets: bool,
    ) -> Result<Self> {
        let options = CsvOptions { header: wanted.header, gaps: wanted.gaps.clone() };
        let mut reader = FrameReader::new(text, &options)?;
        let names = reader.names().to_vec();
        let mapping = prepared.columns.columns_in(&names)?;
        let kept = kept(&names, &wanted.keep)?;
        let mut columns = mapping.columns().to_vec();
        let mut targets = vec![];
        if with_targets {
            for name in &prepared.targets {
                let column = index_of(&names, name, "the target")?;
                targets.push(columns.len());
                columns.push(column);
            }
        }
        let is_used = |column: &usize| columns.contains(column) || kept.contains(column);
        let others: Vec<&str> = (0..names.len())
            .filter(|column| !is_used(column))
            .map(|column| names[column].as_str())
            .collect();
        let note = not_used(&others);
        reader.select(columns.clone());
        let of_kept = kept.iter().map(|&column| names[column].clone()).collect();
        reader.keep(kept);
        let selected: Vec<String> = columns.iter().map(|&column| names[column].clone()).collect();
        let mapping = prepared.columns.columns_in(&selected)?;
        let unseen = vec![0; prepared.columns.columns().len()];
        Ok(TableRows {
            unseen,
            reader,
            prepared,
            mapping,
            targets,
            waiting: None,
            note,
            kept: of_kept,
        })
    }

    /// The columns that are not used, and the cells of categories that no training row had, in words.
    pub fn note(&self) -> Option<String> {
        let unseen = self.unseen.iter().zip(self.prepared.columns.columns());
        let unseen = unseen.filter(|(count, _)| **count > 0).map(|(count, column)| {
            format!(
                "column {} has {} of categories that no training row had",
                shown(&column.name),
                counted(*count, "cell")
            )
        });
        let notes: Vec<String> = self.note.clone().into_iter().chain(unseen).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// The names of the kept columns.
    pub fn kept(&self) -> &[String] {
        &self.kept
    }

    /// The next rows, `most` or as many as are left.
    pub fn next_block(&mut self, most: usize) -> Result<Block> {
        if self.waiting.as_ref().is_none_or(|block| block.inputs.nrows() == 0) {
            let Some(frame) = self.reader.next_block()? else { return Ok(Block::default()) };
            let inputs = self.inputs(&frame)?;
            self.waiting = Some(Block { inputs, kept: frame.kept });
        }
        let Some(waiting) = &mut self.waiting else { return Ok(Block::default()) };
        let count = most.min(waiting.inputs.nrows());
        let inputs = waiting.inputs.slice(s![..count, ..]).to_owned();
        waiting.inputs.slice_collapse(s![count.., ..]);
        let kept = waiting.kept.iter_mut().map(|column| column.drain(..count).collect());
        Ok(Block { inputs, kept: kept.collect() })
    }

    /// All rows with their targets, shape (rows, inputs) and (rows, targets).
    pub fn all(&mut self, wanted: &Wanted) -> Result<(Array2<f64>, Array2<f64>)> {
        let (mut inputs, mut targets, mut numbers) = (vec![], vec![], 0);
        while let Some(frame) = self.reader.next_block()? {
            let block = self.inputs(&frame)?;
            let mut of_rows = Array2::zeros((frame.rows(), self.targets.len()));
            for (index, &column) in self.targets.iter().enumerate() {
                let values = truth(&frame, column, wanted)?;
                of_rows.column_mut(index).assign(&Array1::from(values));
            }
            numbers += block.len() + of_rows.len();
            refuse_to_read(8 * numbers as u64)?;
            inputs.push(block);
            targets.push(of_rows);
        }
        let joined = |blocks: &[Array2<f64>]| {
            let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
            concatenate(Axis(0), &views).map_err(|error| Error::input(error.to_string()))
        };
        Ok((joined(&inputs)?, joined(&targets)?))
    }

    fn inputs(&mut self, frame: &Frame) -> Result<Array2<f64>> {
        let columns = &self.prepared.columns;
        let coded = columns.apply(&self.mapping, frame)?;
        columns.count_unseen(&self.mapping, frame, &coded, &mut self.unseen);
        Ok(columns.expand(coded))
    }
}

/// The targets of a block: values, or the labels of classes.
fn truth(frame: &Frame, column: usize, wanted: &Wanted) -> Result<Vec<f64>> {
    let cells: &Cells = &frame.columns[column];
    let names: Vec<String> = wanted.class_names.iter().map(|(name, _)| name.clone()).collect();
    let mut values = Vec::with_capacity(cells.len());
    for row in 0..cells.len() {
        let value = match cells.cell(row) {
            Cell::Gap => None,
            cell if !names.is_empty() => {
                class_of(&names, cell).map(|class| wanted.class_names[class as usize].1 as f64)
            }
            Cell::Number(number) => Some(number).filter(|number| number.is_finite()),
            Cell::Text(text) => word_value(text),
        };
        values.push(value.ok_or_else(|| stranger(frame, column, row, wanted))?);
    }
    Ok(values)
}

fn stranger(frame: &Frame, column: usize, row: usize, wanted: &Wanted) -> Error {
    let what = match frame.columns[column].cell(row) {
        Cell::Gap => "is empty".into(),
        Cell::Number(number) => format!("holds {number}"),
        Cell::Text(text) => format!("holds {:?}", text.chars().take(40).collect::<String>()),
    };
    let names = wanted.class_names.iter().map(|(name, _)| name.as_str()).take(MOST_LISTED);
    let allowed = match wanted.class_names.is_empty() {
        true => "finite numbers".into(),
        false => format!("the model's classes, {}", listed(names)),
    };
    let (place, name) = (frame.lines.place(row), shown(&frame.names[column]).into_owned());
    Error::input(format!("{place}: the target {name} {what}; allowed: {allowed}"))
}

/// The indices of the columns that are kept: all for the word `all`.
fn kept(names: &[String], keep: &[String]) -> Result<Vec<usize>> {
    if keep.iter().any(|name| name == "all") && !names.iter().any(|name| name == "all") {
        return Ok((0..names.len()).collect());
    }
    let mut columns = vec![];
    for name in keep {
        let column = index_of(names, name, "--keep")?;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(columns)
}

fn index_of(names: &[String], name: &str, what: &str) -> Result<usize> {
    column_of(names, name).ok_or_else(|| {
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        Error::input(format!("{what}: has no column {}{hint}", shown(name)))
    })
}

/// A note on the columns that are passed over.
fn not_used(others: &[&str]) -> Option<String> {
    (!others.is_empty()).then(|| format!("not used: {}", first_listed(others)))
}
