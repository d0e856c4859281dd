//! Rows of a file for a trained network, in blocks: NPZ, NPY or CSV, told apart by their first bytes.
//! CSV and NPY in C order are never in memory as a whole.

mod archive;
mod bounded;
mod columns;
mod csv;
mod first_line;
mod labelled;
mod moments;
mod numbers_of;
mod table;
mod wanted;

use std::io::Read;
use std::path::Path;

use ndarray::{Array2, Axis, concatenate, s};

use self::columns::Columns;
use self::csv::CsvRows;
pub use self::labelled::Labelled;
use self::moments::last_window;
pub use self::table::Block;
use self::table::TableRows;
pub use self::wanted::Wanted;
use self::wanted::check_shape;
use super::content::Content;
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
    /// A table whose columns a preparation turns into inputs.
    Table(Box<TableRows>),
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
    pub fn from_csv(text: impl Read + Send + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
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
            let all = concatenate(Axis(0), &[last.view(), block.inputs.view()])
                .map_err(|error| Error::input(error.to_string()))?;
            let first = all.nrows().saturating_sub(forecast.window);
            last = all.slice(s![first.., ..]).to_owned();
        }
        let window = last_window(&last, None, forecast).map_err(|e| e.within(&self.name))?;
        Ok(Rows { source: Source::Whole(window), row: 0, ..self })
    }

    /// The parts of the file that are not used, in words, where that is not plain.
    pub fn note(&self) -> Option<String> {
        match &self.source {
            Source::Table(table) => table.note(),
            Source::Csv(_) | Source::Npy(_) | Source::Whole(_) => self.note.clone(),
        }
    }

    /// The names of the columns that go along to the predictions.
    pub fn kept(&self) -> &[String] {
        match &self.source {
            Source::Table(table) => table.kept(),
            Source::Csv(_) | Source::Npy(_) | Source::Whole(_) => &[],
        }
    }

    /// The file's name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows, where the file tells it.
    pub fn total(&self) -> Option<usize> {
        match &self.source {
            Source::Csv(_) | Source::Table(_) => None,
            Source::Npy(array) => array.shape().first().copied(),
            Source::Whole(inputs) => Some(inputs.nrows()),
        }
    }

    /// The next rows, `most` or as many as are left: shape (rows, inputs), all values finite. None at
    /// the end.
    pub fn next_block(&mut self, most: usize) -> Result<Option<Block>> {
        let of_inputs = |inputs| Block { inputs, kept: vec![] };
        let block = match &mut self.source {
            Source::Csv(csv) => csv.next_block(most).map(|(inputs, _)| of_inputs(inputs)),
            Source::Npy(array) => array.rows(most).map(of_inputs),
            Source::Table(table) => table.next_block(most),
            Source::Whole(inputs) => {
                let first = self.row.min(inputs.nrows());
                let last = (first + most).min(inputs.nrows());
                Ok(of_inputs(inputs.rows(first..last)))
            }
        };
        let block = block.map_err(|error| error.within(&self.name))?;
        if let Some(((row, column), value)) =
            block.inputs.indexed_iter().find(|(_, value)| !value.is_finite())
        {
            return Err(Error::input(format!(
                "row {}, column {column} (counted from 0) is {value}; remove such rows, or fill \
                 the gap",
                self.row + row
            ))
            .within(&self.name));
        }
        self.row += block.inputs.nrows();
        Ok((block.inputs.nrows() > 0).then_some(block))
    }
}

impl Source {
    /// Opens a file; with a note on its parts that are not used.
    fn open(path: &Path, wanted: &Wanted) -> Result<(Self, Option<String>)> {
        let whole = |inputs| (Source::Whole(inputs), None);
        match (Content::of(path)?, &wanted.prepared) {
            (Content::Text(text), _) => Self::text(text, wanted),
            (_, Some(_)) if !wanted.keep.is_empty() => Err(Error::input(
                "an array has no further columns to keep; allowed with --keep: CSV",
            )),
            (Content::Archive, Some(prepared)) => numbers_of::of_archive(path, prepared).map(whole),
            (Content::Array, Some(prepared)) => numbers_of::of_array(path, prepared).map(whole),
            (Content::Archive, None) => {
                archive::inputs(path, wanted).map(|(rows, note)| (Source::Whole(rows), note))
            }
            (Content::Array, None) => npy(path, wanted).map(|array| (Source::Npy(array), None)),
        }
    }

    fn text(text: impl Read + Send + 'static, wanted: &Wanted) -> Result<(Self, Option<String>)> {
        if let Some(prepared) = &wanted.prepared {
            let rows = TableRows::new(text, prepared.clone(), wanted, false)?;
            return Ok((Source::Table(Box::new(rows)), None));
        }
        if !wanted.keep.is_empty() {
            return Err(Error::input(
                "--keep goes with a model that was trained on a table of columns (gpu-mlp train DATA --target COLUMN)",
            ));
        }
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
            Content::Archive => match &wanted.prepared {
                Some(prepared) => numbers_of::labelled(path, prepared),
                None => archive::labelled(path, wanted),
            },
            Content::Array => Err(within(Error::input(
                "an .npy file holds no targets; allowed: an .npz archive with X and y, or a CSV \
                 file with a target column",
            ))),
            Content::Text(text) => Self::of_text(text, wanted).map_err(within),
        }
    }

    /// The same from CSV text, such as standard input.
    pub fn from_csv(text: impl Read + Send + 'static, name: &str, wanted: &Wanted) -> Result<Self> {
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
