//! Rows of a file for a trained network, a block at a time: NPZ, NPY or CSV, told apart by their first
//! bytes. CSV and NPY in C order are never in memory as a whole.

mod archive;
mod bounded;
mod columns;
mod csv;
mod first_line;

use std::io::{Cursor, Read};
use std::path::Path;

use ndarray::{Array2, s};

use self::columns::Layout;
use self::csv::CsvRows;
use super::dataset::Targets;
use super::npz::ArrayStream;
use crate::error::{Error, Result};
use crate::input::open_stream;

/// What the rows of a file are to be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The shape of a row: `[features]`, or `[channels, samples]`.
    pub row_shape: Vec<usize>,
    /// The names of the features, one an input or one a channel, where they are known.
    pub feature_names: Option<Vec<String>>,
    /// The columns that targets take.
    pub targets: usize,
    /// The names of the targets' columns, where they are known.
    pub target_names: Option<Vec<String>>,
    /// The names that may stand for the labels of classes.
    pub class_names: Vec<(String, i64)>,
    /// The labels of the classes; empty where targets are values.
    pub labels: Vec<i64>,
    /// Whether the first line of a CSV file is a header; None where the line itself has to tell.
    pub header: Option<bool>,
}

impl Wanted {
    /// The inputs of a row.
    pub fn inputs(&self) -> usize {
        self.row_shape.iter().product()
    }

    /// The names of the inputs one by one.
    fn input_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref().filter(|names| names.len() == self.inputs())
    }
}

/// Rows of a file, from the first to the last.
pub struct Rows {
    source: Source,
    name: String,
    /// Rows read.
    row: usize,
    note: Option<String>,
}

enum Source {
    Csv(Box<CsvRows>),
    Npy(ArrayStream),
    /// Of an archive: all inputs.
    Whole(Array2<f64>),
}

impl Rows {
    /// Opens a file; refuses one whose columns, shape or names are not those that are wanted.
    pub fn open(path: &Path, wanted: &Wanted) -> Result<Self> {
        let open = || match Content::of(path)? {
            Content::Archive => {
                archive::inputs(path, wanted).map(|(rows, note)| (Source::Whole(rows), note))
            }
            Content::Array => npy(path, wanted).map(|array| (Source::Npy(array), None)),
            Content::Text(text) => CsvRows::new(text, wanted, Layout::for_inputs).map(of_csv),
        };
        let (source, note) = open().map_err(|error| error.within(path.display()))?;
        Ok(Rows { source, name: path.display().to_string(), row: 0, note })
    }

    /// Rows of CSV text, such as standard input.
    pub fn from_csv(text: impl Read + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
        let rows = CsvRows::new(text, wanted, Layout::for_inputs).map(of_csv);
        let (source, note) = rows.map_err(|error| error.within(name))?;
        Ok(Rows { source, name: name.into(), row: 0, note })
    }

    /// What of the file is not used, where that is not plain.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The file's name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows, where it is known beforehand.
    pub fn total(&self) -> Option<usize> {
        match &self.source {
            Source::Csv(_) => None,
            Source::Npy(array) => array.shape().first().copied(),
            Source::Whole(inputs) => Some(inputs.nrows()),
        }
    }

    /// The next rows, `most` or as many as are left: shape (rows, inputs), all values finite. None at
    /// the end.
    pub fn next_block(&mut self, most: usize) -> Result<Option<Array2<f64>>> {
        let block = match &mut self.source {
            Source::Csv(csv) => csv.next_block(most).map(|(inputs, _)| inputs),
            Source::Npy(array) => array.rows(most),
            Source::Whole(inputs) => {
                let first = self.row.min(inputs.nrows());
                let last = (first + most).min(inputs.nrows());
                Ok(inputs.slice(s![first..last, ..]).to_owned())
            }
        };
        let block = block.map_err(|error| error.within(&self.name))?;
        if let Some(((row, column), value)) =
            block.indexed_iter().find(|(_, value)| !value.is_finite())
        {
            return Err(Error::input(format!(
                "{}: row {}, column {column} (counted from 0) is {value}; remove such rows, or fill the gap",
                self.name,
                self.row + row
            )));
        }
        self.row += block.nrows();
        Ok((block.nrows() > 0).then_some(block))
    }
}

fn of_csv(rows: CsvRows) -> (Source, Option<String>) {
    let note = rows.note();
    (Source::Csv(Box::new(rows)), note)
}

/// All rows of a file with their targets, in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Shape (rows, inputs), all values finite.
    pub inputs: Array2<f64>,
    /// The targets of the rows.
    pub targets: Targets,
    /// Whether they are the test part of an archive with a split of its own.
    pub own_test: bool,
    /// The column that was taken as the target because it alone is no feature: the model tells no name.
    pub assumed_target: Option<String>,
    /// What of the file is not used.
    pub note: Option<String>,
}

impl Labelled {
    /// Reads an NPZ archive or a CSV file with targets. Of an archive with a split of its own, the test
    /// part.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self> {
        let within = |error: Error| error.within(path.display());
        match Content::of(path).map_err(within)? {
            Content::Archive => archive::labelled(path, wanted),
            Content::Array => Err(within(Error::input(
                "an .npy file holds no targets; allowed: an .npz archive with X and y, or a CSV file \
                 with a target column",
            ))),
            Content::Text(text) => csv::labelled(text, wanted).map_err(within),
        }
    }

    /// The same from CSV text, such as standard input.
    pub fn from_csv(text: impl Read + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
        csv::labelled(text, wanted).map_err(|error| error.within(name))
    }
}

const UNKNOWN: &str =
    "is no data that is understood; allowed: an .npz archive, an .npy array, or CSV";

/// The stream of an array whose rows have the wanted shape, or are as long when flat.
fn npy(path: &Path, wanted: &Wanted) -> Result<ArrayStream> {
    let array = ArrayStream::open(path)?;
    check_shape("the array", array.shape(), wanted)?;
    Ok(array)
}

/// Refuses an array whose rows have not the wanted shape, and are not as long when flat. For one
/// input, a list of numbers will do.
fn check_shape(what: &str, shape: &[usize], wanted: &Wanted) -> Result<()> {
    let inputs = wanted.inputs();
    let fits = match shape {
        [_] => inputs == 1,
        [_, columns] => *columns == inputs,
        [_, row @ ..] => row == wanted.row_shape,
        [] => false,
    };
    if fits {
        return Ok(());
    }
    let sizes = |sizes: &[usize]| sizes.iter().map(|size| format!(", {size}")).collect::<String>();
    let flat = match wanted.row_shape.len() {
        1 => String::new(),
        _ => format!(" or (rows, {inputs})"),
    };
    Err(Error::input(format!(
        "{what} has the shape {shape:?}; the model takes (rows{}){flat}",
        sizes(&wanted.row_shape)
    )))
}

/// What a file holds, by its first bytes.
enum Content {
    Archive,
    Array,
    /// The text from its first byte on. A pipe can be read once, so these bytes are kept.
    Text(Box<dyn Read>),
}

impl Content {
    fn of(path: &Path) -> Result<Self> {
        let mut file = open_stream(path).map_err(unreadable)?;
        let mut start = vec![];
        file.by_ref().take(512).read_to_end(&mut start).map_err(unreadable)?;
        let content = match start {
            start if is_zip(&start) => Content::Archive,
            start if start.starts_with(b"\x93NUMPY") => Content::Array,
            start if is_text(&start) => {
                return Ok(Content::Text(Box::new(Cursor::new(start).chain(file))));
            }
            _ => return Err(Error::input(UNKNOWN)),
        };
        if file.metadata().map_err(unreadable)?.is_file() {
            return Ok(content);
        }
        Err(Error::input(
            "is a pipe or a device, which can be read once only; allowed there: CSV; save an .npz or \
             .npy file on a disk first",
        ))
    }
}

/// True for the start of a zip file, and not for a column named PK.
fn is_zip(start: &[u8]) -> bool {
    matches!(start, [b'P', b'K', 0..8, 0..8, ..])
}

/// True if no byte is one that text files have not.
fn is_text(start: &[u8]) -> bool {
    start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..))
}

fn unreadable(error: std::io::Error) -> Error {
    Error::input(format!("cannot be read: {error}"))
}
