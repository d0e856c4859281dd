//! Predictions as an NPZ archive: `class`, `probabilities` and `labels`; or with several labels per row `label`,
//! 0 or 1 each, and `probabilities`; or `values`.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use ndarray::Array2;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::element::{Element, columns};
use super::npy::NpyOutput;
use crate::artifact::WholeFile;
use crate::metrics::{is_predicted, predicted};
use crate::model::Model;
use crate::network::Task;

/// The arrays grow side by side in nameless files, and enter the archive, where they lie one after the other, at
/// the end.
pub(super) struct NpzOutput {
    archive: WholeFile,
    element: Element,
    /// Probabilities, or values.
    numbers: NpyOutput<File>,
    /// The label of each row's class, or whether each row has each label.
    classes: NpyOutput<File>,
    task: Task,
    labels: Vec<i64>,
}

impl NpzOutput {
    pub fn new(archive: WholeFile, path: &Path, model: &Model) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let (task, element) = (model.network.task(), Element::of(model));
        let nameless = || tempfile::tempfile_in(folder);
        Ok(NpzOutput {
            archive,
            element,
            numbers: NpyOutput::new(nameless()?, element.code(), Some(columns(model)))?,
            classes: NpyOutput::new(
                nameless()?,
                "<i8",
                (task == Task::MultiLabel).then(|| columns(model)),
            )?,
            task,
            labels: model.labels.clone(),
        })
    }

    pub fn write(&mut self, predictions: &Array2<f64>) -> io::Result<()> {
        match self.task {
            Task::Classification => {
                let rows = predictions.outer_iter();
                let classes = rows.map(|row| predicted(row.iter().copied()));
                self.classes.write(classes.map(|class| self.labels[class].to_le_bytes()))?;
            }
            Task::MultiLabel => {
                let labels = predictions.iter().map(|&p| i64::from(is_predicted(p)));
                self.classes.write(labels.map(i64::to_le_bytes))?;
            }
            Task::Regression => {}
        }
        self.element.write(predictions, &mut self.numbers)
    }

    pub fn finish(self, rows: u64) -> io::Result<()> {
        let NpzOutput { archive, numbers, classes, task, labels, .. } = self;
        let mut zip = ZipWriter::new(archive);
        let numbers = numbers.finish(rows)?;
        match task {
            Task::Regression => add(&mut zip, "values", numbers)?,
            Task::MultiLabel => {
                add(&mut zip, "label", classes.finish(rows)?)?;
                add(&mut zip, "probabilities", numbers)?;
            }
            Task::Classification => {
                add(&mut zip, "class", classes.finish(rows)?)?;
                add(&mut zip, "probabilities", numbers)?;
                let mut of_labels = NpyOutput::new(io::Cursor::new(vec![]), "<i8", None)?;
                of_labels.write(labels.iter().map(|label| label.to_le_bytes()))?;
                add(&mut zip, "labels", of_labels.finish(labels.len() as u64)?)?;
            }
        }
        zip.finish()?.finish()
    }
}

/// Adds a whole array.
fn add(
    zip: &mut ZipWriter<WholeFile>,
    name: &str,
    mut array: impl io::Read + Seek,
) -> io::Result<()> {
    let bytes = array.seek(SeekFrom::End(0))?;
    array.rewind()?;
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    // Beyond 4 GiB a member needs longer fields.
    zip.start_file(format!("{name}.npy"), stored.large_file(bytes >= u64::from(u32::MAX)))?;
    io::copy(&mut array, zip).map(|_| ())
}
