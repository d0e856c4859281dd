//! Files of predictions: CSV, NPY or NPZ, by the ending of the name; `-` is CSV on standard output. A file is
//! written whole or not at all.

mod csv;
mod element;
mod npy;
mod npz;

use std::io;
use std::path::Path;

use ndarray::Array2;

use self::csv::CsvOutput;
use self::element::{Element, columns};
use self::npy::NpyOutput;
use self::npz::NpzOutput;
use crate::artifact::WholeFile;
use crate::error::{Error, Result};
use crate::model::Model;

/// The endings of names that are understood.
const ENDINGS: &str = "a name that ends in .csv, .npy or .npz, or - for CSV on standard output";

/// Predictions on their way to a file.
pub struct PredictionFile {
    format: Format,
    /// Its name in messages.
    name: String,
}

enum Format {
    Csv(Box<CsvOutput>),
    Npy(Element, NpyOutput<WholeFile>),
    Npz(Box<NpzOutput>),
}

impl PredictionFile {
    /// Begins a file; an old file of that name stays as it is until [`PredictionFile::finish`].
    pub fn create(path: &Path, model: &Model, kept: &[String]) -> Result<Self> {
        check_kept(path, kept)?;
        if path.as_os_str() == "-" {
            let csv = CsvOutput::new(Box::new(io::stdout()), model, kept);
            return Ok(PredictionFile {
                format: Format::Csv(Box::new(csv)),
                name: "standard output".into(),
            });
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if !matches!(ending.as_deref(), Some("csv" | "npy" | "npz")) {
            return Err(Error::input(format!("allowed: {ENDINGS}")).within(path.display()));
        }
        if path.is_dir() {
            return Err(
                Error::input(format!("is a directory; allowed: {ENDINGS}")).within(path.display())
            );
        }
        let name = path.display().to_string();
        let format = WholeFile::create(path).and_then(|file| {
            Ok(match ending.as_deref() {
                Some("npy") => {
                    let element = Element::of(model);
                    let npy = NpyOutput::new(file, element.code(), Some(columns(model)))?;
                    Format::Npy(element, npy)
                }
                Some("npz") => Format::Npz(Box::new(NpzOutput::new(file, path, model)?)),
                _ => Format::Csv(Box::new(CsvOutput::to_file(file, model, kept))),
            })
        });
        let format = format.map_err(|error| {
            Error::input(format!("can't be written: {error}; choose another place")).within(&name)
        })?;
        Ok(PredictionFile { format, name })
    }

    /// Adds rows: probabilities (rows, classes or labels), or values (rows, outputs); with the texts of kept columns.
    /// False once nobody reads standard output.
    pub fn write(&mut self, predictions: &Array2<f64>, kept: &[Vec<String>]) -> Result<bool> {
        let written = match &mut self.format {
            Format::Csv(csv) => csv.write(predictions, kept),
            Format::Npy(element, npy) => element.write(predictions, npy),
            Format::Npz(npz) => npz.write(predictions),
        };
        self.went_well(written)
    }

    /// Ends the file and gives it its name.
    pub fn finish(self, rows: u64) -> Result<()> {
        let PredictionFile { format, name } = self;
        let finished = match format {
            Format::Csv(csv) => csv.finish(),
            Format::Npy(_, npy) => npy.finish(rows).and_then(WholeFile::finish),
            Format::Npz(npz) => npz.finish(rows),
        };
        match finished {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(fault(&name, &error)),
            _ => Ok(()),
        }
    }

    fn went_well(&self, written: io::Result<()>) -> Result<bool> {
        match written {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(fault(&self.name, &error)),
        }
    }
}

/// Refuses columns to keep that the output has no place for.
fn check_kept(path: &Path, kept: &[String]) -> Result<()> {
    let is_csv = path.as_os_str() == "-" || path.extension().is_some_and(|end| end == "csv");
    if !kept.is_empty() && !is_csv {
        let message = "columns are kept in CSV alone; allowed: -o NAME.csv, or no --keep";
        return Err(Error::input(message).within("--keep"));
    }
    Ok(())
}

fn fault(name: &str, error: &io::Error) -> Error {
    Error::failed(format!("can't write {name}: {error}; nothing was kept of it"))
}
