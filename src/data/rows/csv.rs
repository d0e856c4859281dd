//! Rows of comma-separated text.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use ndarray::Array2;

use super::bounded::Bounded;
use super::columns::Columns;
use super::first_line::FirstLine;
use super::wanted::Wanted;
use crate::data::content::unreadable;
use crate::error::{Error, Result, counted};
use crate::text::{from_cell, shown};

/// The bytes that any line may have, and more for each column of the model: neither a quote that is never
/// closed nor a line of commas may take all memory.
const LONGEST_LINE: u64 = 1 << 20;
const LONGEST_CELL: u64 = 64;
/// The most columns beside the model's whose names a refusal tells.
const MOST_STRANGERS: usize = 1000;

/// Chooses among the columns of a file, whose number is the second argument.
type Choose = fn(&FirstLine, usize, &Wanted) -> Result<Columns>;

/// The rows of a text whose columns suit the model.
pub(super) struct CsvRows {
    reader: Reader<Bounded<Box<dyn Read>>>,
    /// The bytes that a line may have, and that the line under way may still have.
    longest: u64,
    left: Rc<Cell<u64>>,
    pub layout: Columns,
    first: FirstLine,
    /// The last value of each index.
    counted: Vec<f64>,
    class_names: Vec<(String, i64)>,
    labels: Vec<i64>,
    record: ByteRecord,
    /// Whether the first line holds numbers, and waits in `record`.
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
        let cells = rows.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
        rows.first = FirstLine::of(cells.collect(), wanted)?;
        rows.waiting = rows.first == FirstLine::Row;
        rows.layout = choose(&rows.first, rows.record.len(), wanted)?;
        rows.counted = vec![f64::NEG_INFINITY; rows.layout.indices.len()];
        Ok(rows)
    }

    /// The parts of the text that are not used, in words.
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

    /// Reads the next line into `record`; false at the end. Skips empty lines, and of a table with several
    /// columns also lines of blanks.
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

    /// Refuses a row whose index is not above that of the row before; a column may be empty in all rows.
    fn count_up(&mut self) -> Result<()> {
        for (position, &column) in self.layout.indices.iter().enumerate() {
            if self.record[column].is_empty() && self.counted[position].is_infinite() {
                // No index is above infinity.
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
        let Some(value) = number(cell).or_else(|| self.label(&text)) else {
            return Err(self.no_number(column));
        };
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

    /// The label of the class of this name, in a cell without blanks around it.
    fn label(&self, cell: &str) -> Option<f64> {
        let mut classes = self.class_names.iter();
        let class = classes.find(|(name, _)| [cell, from_cell(cell)].contains(&name.trim()));
        class.map(|(_, label)| *label as f64)
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

    pub fn name(&self, column: usize) -> Option<&String> {
        self.first.names().and_then(|names| names.get(column)).filter(|name| !name.is_empty())
    }
}

/// Refuses a first line of one cell that holds the separators of another kind of table.
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
