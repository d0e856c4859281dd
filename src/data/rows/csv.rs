//! Rows of comma-separated text.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use ndarray::{Array2, Axis, concatenate};

use super::bounded::Bounded;
use super::columns::Columns;
use super::content::unreadable;
use super::first_line::FirstLine;
use super::labelled::Labelled;
use super::wanted::Wanted;
use crate::data::dataset::Targets;
use crate::error::{Error, Result, counted};
use crate::memory::refuse_to_read;
use crate::text::{from_cell, shown};

/// The bytes that any line may have, and those more that it may have for each column of the model: a
/// quote that is never closed must not take in a whole file, nor a line of commas take all memory.
const LONGEST_LINE: u64 = 1 << 20;
const LONGEST_CELL: u64 = 64;
/// Columns that a table may have beside those of the model before it is refused without their names.
const MOST_STRANGERS: usize = 1000;

/// Chooses the columns of a file of so many, with this first line.
type Choose = fn(&FirstLine, usize, &Wanted) -> Result<Columns>;

/// The rows of a text, whose columns were found to be those that are wanted.
pub(super) struct CsvRows {
    reader: Reader<Bounded<Box<dyn Read>>>,
    /// Bytes that a line may take, and that the one under way may still take.
    longest: u64,
    left: Rc<Cell<u64>>,
    layout: Columns,
    first: FirstLine,
    /// The last value of each index.
    counted: Vec<f64>,
    class_names: Vec<(String, i64)>,
    labels: Vec<i64>,
    record: ByteRecord,
    /// The first line holds numbers, and waits in `record`.
    waiting: bool,
}

impl CsvRows {
    /// Reads the first line, see [`FirstLine`].
    pub fn new(text: impl Read + 'static, wanted: &Wanted, choose: Choose) -> Result<Self> {
        let columns = wanted.inputs().saturating_add(wanted.targets);
        let longest = LONGEST_LINE + LONGEST_CELL.saturating_mul(columns as u64);
        let left = Rc::new(Cell::new(longest));
        let text: Box<dyn Read> = Box::new(text);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(Bounded { text, longest, left: left.clone() });
        let mut rows = CsvRows {
            reader,
            longest,
            left,
            layout: Columns::default(),
            first: FirstLine::Row,
            counted: vec![],
            class_names: wanted.class_names.clone(),
            labels: wanted.labels.clone(),
            record: ByteRecord::new(),
            waiting: false,
        };
        if !rows.advance()? {
            return Err(Error::input("has no line; allowed: CSV with a row a line"));
        }
        if rows.record.len() > columns.saturating_add(MOST_STRANGERS) {
            let found = rows.record.len();
            return Err(Error::input(format!(
                "has {found} columns; the model takes {}, and {} more for targets",
                wanted.inputs(),
                wanted.targets
            )));
        }
        if rows.record.len() == 1 && wanted.inputs() > 1 {
            refuse_other_separators(&rows.record[0])?;
        }
        let name = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        rows.first = FirstLine::of(rows.record.iter().map(name).collect(), wanted)?;
        rows.waiting = rows.first == FirstLine::Row;
        rows.layout = choose(&rows.first, rows.record.len(), wanted)?;
        rows.counted = vec![f64::NEG_INFINITY; rows.layout.indices.len()];
        Ok(rows)
    }

    /// What of the text is not used.
    pub fn note(&self) -> Option<String> {
        let numbered = match &self.first {
            FirstLine::Numbered(names) => {
                let last = names.last().map_or("0", String::as_str);
                Some(format!(
                    "the first line numbers the columns (0 to {}) and is taken for a header; --header no \
                     takes it for a row",
                    shown(last)
                ))
            }
            FirstLine::Row | FirstLine::Names(_) => None,
        };
        let left_out = self.layout.left_out.iter().map(|&column| {
            let index = if self.layout.indices.contains(&column) {
                ": it is an index, or empty"
            } else {
                ""
            };
            format!("column {} has no name and is left out{index}", column + 1)
        });
        let notes: Vec<String> = numbered.into_iter().chain(left_out.take(3)).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// The next rows, `most` or as many as are left: inputs and targets.
    pub fn next_block(&mut self, most: usize) -> Result<(Array2<f64>, Array2<f64>)> {
        let (mut inputs, mut targets, mut rows) = (vec![], vec![], 0);
        while rows < most {
            if !std::mem::take(&mut self.waiting) && !self.advance()? {
                break;
            }
            if self.record.len() != self.layout.columns {
                return Err(Error::input(format!(
                    "line {}: {}, where the first line has {}",
                    self.line(),
                    counted(self.record.len(), "column"),
                    self.layout.columns
                )));
            }
            self.count_up()?;
            for &column in &self.layout.inputs {
                inputs.push(self.input(column)?);
            }
            for &column in &self.layout.targets {
                targets.push(self.target(column)?);
            }
            rows += 1;
        }
        let block = |values, columns| {
            Array2::from_shape_vec((rows, columns), values)
                .map_err(|error| Error::input(format!("cannot be laid out as rows: {error}")))
        };
        Ok((block(inputs, self.layout.inputs.len())?, block(targets, self.layout.targets.len())?))
    }

    /// All rows: inputs and targets. Refused beyond the memory there is: a pipe may have no end.
    fn all(&mut self) -> Result<(Array2<f64>, Array2<f64>)> {
        const ROWS: usize = 1 << 14;
        let mut blocks = vec![];
        loop {
            let block = self.next_block(ROWS)?;
            if block.0.nrows() == 0 {
                break;
            }
            blocks.push(block);
            let numbers: usize = blocks.iter().map(|(inputs, y)| inputs.len() + y.len()).sum();
            // They are put together at the end.
            refuse_to_read(8 * numbers as u64)?;
        }
        let joined = |columns, blocks: Vec<Array2<f64>>| {
            let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
            match views.is_empty() {
                true => Ok(Array2::zeros((0, columns))),
                false => {
                    concatenate(Axis(0), &views).map_err(|error| Error::input(error.to_string()))
                }
            }
        };
        let (inputs, targets) = blocks.into_iter().unzip();
        let Columns { inputs: columns, targets: outputs, .. } = &self.layout;
        Ok((joined(columns.len(), inputs)?, joined(outputs.len(), targets)?))
    }

    /// Reads the next line into `record`; false at the end. Lines without anything are passed over, and of a
    /// table with several columns those of blanks too.
    fn advance(&mut self) -> Result<bool> {
        loop {
            self.left.set(self.longest);
            let read = self.reader.read_byte_record(&mut self.record);
            let is_there = read.map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(error) => unreadable(error),
                kind => Error::input(format!("is no CSV: {kind:?}")),
            })?;
            if !is_there || self.layout.columns < 2 || self.record != [""][..] {
                return Ok(is_there);
            }
        }
    }

    /// Refuses a row whose index is not above the one before; a column may be empty all the way.
    fn count_up(&mut self) -> Result<()> {
        for (position, &column) in self.layout.indices.iter().enumerate() {
            if self.record[column].is_empty() && self.counted[position].is_infinite() {
                // Nothing is above that.
                self.counted[position] = f64::INFINITY;
                continue;
            }
            let whole = number(&self.record[column]).filter(|value| value.fract() == 0.0);
            match whole.filter(|&value| value > self.counted[position]) {
                Some(value) => self.counted[position] = value,
                None => {
                    return Err(self.fault(
                        column,
                        "does not count up, in a column without a name: it may be no index but one of the \
                         model's columns; give it a name, or remove it",
                    ));
                }
            }
        }
        Ok(())
    }

    /// A number that is finite.
    fn input(&self, column: usize) -> Result<f64> {
        match number(&self.record[column]) {
            Some(value) if value.is_finite() => Ok(value),
            Some(value) => {
                Err(self.fault(column, &format!("is {value}; remove such rows, or fill the gap")))
            }
            None => Err(self.no_number(column)),
        }
    }

    /// A number, or the name of a class as its label.
    fn target(&self, column: usize) -> Result<f64> {
        let cell = &self.record[column];
        let text = String::from_utf8_lossy(cell);
        // Cells have no blanks around them.
        let named = |(name, _): &&(String, i64)| [&text, from_cell(&text)].contains(&name.trim());
        let label = || self.class_names.iter().find(named).map(|(_, label)| *label as f64);
        let Some(value) = number(cell).or_else(label) else { return Err(self.no_number(column)) };
        if !value.is_finite() {
            return Err(self.fault(column, &format!("is {value}; remove such rows")));
        }
        if self.labels.is_empty() || self.labels.iter().any(|&label| label as f64 == value) {
            return Ok(value);
        }
        let labels: Vec<String> = self.labels.iter().take(20).map(i64::to_string).collect();
        Err(self.fault(
            column,
            &format!(
                "is a label that the model does not know; allowed: {}{}",
                labels.join(", "),
                if self.labels.len() > labels.len() { ", ..." } else { "" }
            ),
        ))
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn no_number(&self, column: usize) -> Error {
        let hint = if self.first == FirstLine::Row && self.line() == 1 {
            " (a first line of names has no cell that is a number, or all names of the features; \
             --header yes says that it is one)"
        } else {
            ""
        };
        self.fault(column, &format!("is no number{hint}"))
    }

    /// What is wrong with a cell, and where it is.
    fn fault(&self, column: usize, what: &str) -> Error {
        let name = self.name(column).map_or_else(String::new, |name| format!(" ({})", shown(name)));
        let cell: String = String::from_utf8_lossy(&self.record[column]).chars().take(40).collect();
        Error::input(format!("line {}, column {}{name}: {cell:?} {what}", self.line(), column + 1))
    }

    fn name(&self, column: usize) -> Option<&String> {
        self.first.names().and_then(|names| names.get(column)).filter(|name| !name.is_empty())
    }
}

/// All rows of a text with their targets.
pub(super) fn labelled(text: impl Read + 'static, wanted: &Wanted) -> Result<Labelled> {
    let mut rows = CsvRows::new(text, wanted, Columns::with_targets)?;
    let (inputs, targets) = rows.all()?;
    if inputs.nrows() == 0 {
        return Err(Error::input("has a header and no rows"));
    }
    let assumed_target = match rows.layout.targets[..] {
        [column] if wanted.target_names.is_none() => rows.name(column).cloned(),
        _ => None,
    };
    let (note, targets) = (rows.note(), Targets::Reals(targets));
    Ok(Labelled { inputs, targets, own_test: false, assumed_target, note })
}

/// Refuses a first line of one cell that has the separators of another kind of table in it.
fn refuse_other_separators(cell: &[u8]) -> Result<()> {
    let separators = [(b';', "semicolons"), (b'\t', "tabs")];
    match separators.into_iter().find(|(separator, _)| cell.contains(separator)) {
        Some((_, name)) => Err(Error::input(format!(
            "its columns are separated by {name}; allowed: commas; save it again with commas between columns \
             and points in numbers"
        ))),
        None => Ok(()),
    }
}

fn number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}
