//! Rows of a file for a trained network, in blocks: NPZ, NPY or CSV, told apart by their first bytes.
//! CSV and NPY in C order are never in memory as a whole.

mod archive;
mod bounded;
mod columns;
mod content;
mod csv;
mod first_line;
mod labelled;
mod moments;
mod wanted;

use std::io::Read;
use std::path::Path;

use ndarray::{Array2, Axis, concatenate, s};

use self::columns::Columns;
use self::content::Content;
use self::csv::CsvRows;
pub use self::labelled::Labelled;
use self::moments::last_window;
pub use self::wanted::Wanted;
use self::wanted::check_shape;
use super::forecast::Forecast;
use super::inputs::Inputs;
use super::npz::ArrayStream;
use crate::error::{Error, Result};

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
    /// All inputs of an archive.
    Whole(Inputs),
}

impl Rows {
    /// Opens a file; refuses one whose columns, shape or names do not suit the model.
    pub fn open(path: &Path, wanted: &Wanted) -> Result<Self> {
        let name = path.display().to_string();
        if let Some(forecast) = wanted.forecast.as_ref().filter(|own| own.autoregressive) {
            let rows =
                Labelled::moments(path, wanted)?.into_last_window(forecast, wanted, name.clone());
            return rows.map_err(|error| error.within(name));
        }
        let source = Source::open(path, wanted);
        let (source, note) = source.map_err(|error| error.within(&name))?;
        Rows { source, name, row: 0, note }.of_forecast(wanted)
    }

    /// Rows of CSV text, such as standard input.
    pub fn from_csv(text: impl Read + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
        if let Some(forecast) = wanted.forecast.as_ref().filter(|own| own.autoregressive) {
            let moments = Labelled::of_text(text, wanted);
            let rows = moments.and_then(|own| own.into_last_window(forecast, wanted, name.into()));
            return rows.map_err(|error| error.within(name));
        }
        let source = Source::text(text, wanted);
        let (source, note) = source.map_err(|error| error.within(name))?;
        Rows { source, name: name.into(), row: 0, note }.of_forecast(wanted)
    }

    /// The rows, or of moments without targets their last window.
    fn of_forecast(mut self, wanted: &Wanted) -> Result<Self> {
        const ROWS: usize = 1 << 14;
        let Some(forecast) = &wanted.forecast else { return Ok(self) };
        let mut last = Array2::zeros((0, wanted.inputs()));
        while let Some(block) = self.next_block(ROWS.max(forecast.window))? {
            let all = concatenate(Axis(0), &[last.view(), block.view()])
                .map_err(|error| Error::input(error.to_string()))?;
            let first = all.nrows().saturating_sub(forecast.window);
            last = all.slice(s![first.., ..]).to_owned();
        }
        let window = last_window(&last, None, forecast).map_err(|e| e.within(&self.name))?;
        Ok(Rows { source: Source::Whole(window), row: 0, ..self })
    }

    /// The parts of the file that are not used, in words, where that is not plain.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The file's name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows, where the file tells it.
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
                Ok(inputs.rows(first..last))
            }
        };
        let block = block.map_err(|error| error.within(&self.name))?;
        if let Some(((row, column), value)) =
            block.indexed_iter().find(|(_, value)| !value.is_finite())
        {
            return Err(Error::input(format!(
                "row {}, column {column} (counted from 0) is {value}; remove such rows, or fill \
                 the gap",
                self.row + row
            ))
            .within(&self.name));
        }
        self.row += block.nrows();
        Ok((block.nrows() > 0).then_some(block))
    }
}

impl Source {
    /// Opens a file; with a note on its parts that are not used.
    fn open(path: &Path, wanted: &Wanted) -> Result<(Self, Option<String>)> {
        match Content::of(path)? {
            Content::Archive => {
                archive::inputs(path, wanted).map(|(rows, note)| (Source::Whole(rows), note))
            }
            Content::Array => npy(path, wanted).map(|array| (Source::Npy(array), None)),
            Content::Text(text) => Self::text(text, wanted),
        }
    }

    fn text(text: impl Read + 'static, wanted: &Wanted) -> Result<(Self, Option<String>)> {
        let rows = CsvRows::new(text, wanted, Columns::for_inputs)?;
        let note = rows.note();
        Ok((Source::Csv(Box::new(rows)), note))
    }
}

impl Labelled {
    /// Reads an NPZ archive or a CSV file with targets. Of an archive with a split of its own, the test
    /// part.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self> {
        let within = |error: Error| error.within(path.display());
        let moments = Self::moments(path, wanted)?;
        moments.into_examples(wanted).map_err(within)
    }

    /// The rows as they are: in a forecast, moments.
    fn moments(path: &Path, wanted: &Wanted) -> Result<Self> {
        let within = |error: Error| error.within(path.display());
        match Content::of(path).map_err(within)? {
            Content::Archive => archive::labelled(path, wanted),
            Content::Array => Err(within(Error::input(
                "an .npy file holds no targets; allowed: an .npz archive with X and y, or a CSV \
                 file with a target column",
            ))),
            Content::Text(text) => Self::of_text(text, wanted).map_err(within),
        }
    }

    /// The same from CSV text, such as standard input.
    pub fn from_csv(text: impl Read + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
        let moments = Self::of_text(text, wanted);
        moments.and_then(|own| own.into_examples(wanted)).map_err(|error| error.within(name))
    }

    /// The last window of the moments, as the rows of a file of this name.
    fn into_last_window(self, forecast: &Forecast, wanted: &Wanted, name: String) -> Result<Rows> {
        let window = self.last_window(forecast, wanted)?;
        Ok(Rows { source: Source::Whole(window), name, row: 0, note: self.note })
    }

    fn into_examples(self, wanted: &Wanted) -> Result<Self> {
        match &wanted.forecast {
            None => Ok(self),
            Some(forecast) => self.examples_of(forecast, wanted),
        }
    }
}

/// The stream of an array whose rows have the wanted shape, or are as long when flat.
fn npy(path: &Path, wanted: &Wanted) -> Result<ArrayStream> {
    let array = ArrayStream::open(path)?;
    if !wanted.has_lengths {
        check_shape("the array", array.shape(), wanted)?;
    } else if !matches!(array.shape(), [_, columns] if *columns == wanted.inputs()) {
        return Err(Error::input(format!(
            "the array has the shape {:?}; the model takes (rows, {}): the {} elements of a row, and its length",
            array.shape(),
            wanted.inputs(),
            wanted.elements()
        )));
    }
    Ok(array)
}
