//! Rows of comma-separated text.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use ndarray::Array2;

use super::columns::Layout;
use super::{Labelled, Wanted, unreadable};
use crate::data::dataset::Targets;
use crate::error::{Error, Result};

/// The longest line, in bytes: a quote that is never closed must not take in a whole file.
const LONGEST_LINE: u64 = 64 << 20;

/// Chooses the columns of a file of so many, with these names where it has names.
type Choose = fn(Option<&[String]>, usize, &Wanted) -> Result<Layout>;

/// The rows of a text, whose columns were found to be those that are wanted.
pub(super) struct CsvRows {
    reader: Reader<Bounded<Box<dyn Read>>>,
    /// Bytes that the line under way may still take.
    left: Rc<Cell<u64>>,
    layout: Layout,
    header: Option<Vec<String>>,
    class_names: Vec<(String, i64)>,
    record: ByteRecord,
    /// The first line holds numbers, and waits in `record`.
    waiting: bool,
}

impl CsvRows {
    /// Reads the first line. It is a header if none of its cells is a number.
    pub fn new(text: impl Read + 'static, wanted: &Wanted, choose: Choose) -> Result<Self> {
        let left = Rc::new(Cell::new(LONGEST_LINE));
        let text: Box<dyn Read> = Box::new(text);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(Bounded { text, left: left.clone() });
        let mut rows = CsvRows {
            reader,
            left,
            layout: Layout { columns: 0, inputs: vec![], targets: vec![] },
            header: None,
            class_names: wanted.class_names.clone(),
            record: ByteRecord::new(),
            waiting: false,
        };
        if !rows.advance()? {
            return Err(Error::input("has no line; allowed: CSV with a row a line"));
        }
        rows.waiting = rows.record.iter().any(|cell| number(cell).is_some());
        if !rows.waiting {
            let name = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
            rows.header = Some(rows.record.iter().map(name).collect());
        }
        rows.layout = choose(rows.header.as_deref(), rows.record.len(), wanted)?;
        Ok(rows)
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
                    "line {}: {} columns, where the first line has {}",
                    self.line(),
                    self.record.len(),
                    self.layout.columns
                )));
            }
            for &column in &self.layout.inputs {
                inputs.push(number(&self.record[column]).ok_or_else(|| self.no_number(column))?);
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

    /// Reads the next line into `record`; false at the end.
    fn advance(&mut self) -> Result<bool> {
        self.left.set(LONGEST_LINE);
        self.reader.read_byte_record(&mut self.record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => unreadable(error),
            kind => Error::input(format!("is no CSV: {kind:?}")),
        })
    }

    /// A number, or the name of a class as its label.
    fn target(&self, column: usize) -> Result<f64> {
        let cell = &self.record[column];
        let named = |(name, _): &&(String, i64)| name.as_bytes() == cell;
        let label = || self.class_names.iter().find(named).map(|(_, label)| *label as f64);
        match number(cell).or_else(label) {
            Some(value) if value.is_finite() => Ok(value),
            _ => Err(self.no_number(column)),
        }
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn no_number(&self, column: usize) -> Error {
        let names = self.header.as_ref().and_then(|header| header.get(column));
        let name = names.map_or_else(String::new, |name| format!(" ({name})"));
        let cell: String = String::from_utf8_lossy(&self.record[column]).chars().take(40).collect();
        let hint = if self.header.is_none() && self.line() == 1 {
            " (a first line of names has no cell that is a number)"
        } else {
            ""
        };
        Error::input(format!(
            "line {}, column {}{name}: {cell:?} is no number{hint}",
            self.line(),
            column + 1
        ))
    }
}

/// All rows of a text with their targets.
pub(super) fn labelled(text: impl Read + 'static, wanted: &Wanted) -> Result<Labelled> {
    let mut rows = CsvRows::new(text, wanted, Layout::with_targets)?;
    let (inputs, targets) = rows.next_block(usize::MAX)?;
    if inputs.nrows() == 0 {
        return Err(Error::input("has a header and no rows"));
    }
    if let Some(((row, column), value)) = inputs.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(Error::input(format!(
            "row {row}, column {column} (counted from 0) is {value}; remove such rows, or fill the gap"
        )));
    }
    Ok(Labelled { inputs, targets: Targets::Reals(targets), own_test: false })
}

fn number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

/// A reader that fails once so many bytes were read without a new line's allowance.
struct Bounded<R> {
    text: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(format!("a line has more than {LONGEST_LINE} bytes")));
        }
        let count = self.text.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(count as u64));
        Ok(count)
    }
}
