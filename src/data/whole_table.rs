//! A table of named columns from files: CSV, an NPY array, or the arrays of an NPZ archive.

use std::io::Read;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Axis, concatenate};

use super::coded::Coded;
use super::content::Content;
use super::dataset::Dataset;
use super::frame::{Cells, CsvOptions, Frame, FrameReader, Keep, Overflow, Whole, column_of};
use super::hashed::{Digested, Hashed};
use super::inputs::Inputs;
use super::npz::ArrayStream;
use super::prepare::{DateForm, Recognised, TargetKind};
use crate::error::{Error, Result};
use crate::memory::refuse_to_read;
use crate::nearest::did_you_mean;
use crate::text::shown;

/// All rows of a table, its test rows behind the others.
#[derive(Debug, Clone)]
pub struct WholeTable {
    /// The file's stem.
    pub name: String,
    /// The file; None for standard input.
    pub path: Option<PathBuf>,
    /// SHA-256 of the file in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// How the file is written, in words.
    pub manner: String,
    /// The rows.
    pub frame: Frame,
    /// What became of the texts of columns with very many.
    pub overflow: Vec<Option<Overflow>>,
    /// Rows from this one on, up to the test rows, are an archive's own validation rows.
    pub own_validation: Option<usize>,
    /// Rows from this one on are an archive's own test rows.
    pub own_test: Option<usize>,
    /// The rows of the test file: they have no say in what columns are.
    pub test: Option<Frame>,
    /// The other arrays of an archive; None of a file without.
    pub archive: Option<ArchiveParts>,
}

/// What an archive tells beside its columns.
#[derive(Debug, Clone)]
pub struct ArchiveParts {
    /// The names of the columns that hold its targets.
    pub targets: Vec<String>,
    /// The names of the classes or outputs.
    pub target_names: Option<Vec<String>>,
    /// One weight per row.
    pub sample_weight: Option<Vec<f64>>,
    /// The group of each row.
    pub groups: Option<Vec<i64>>,
    /// The arrays that are not used, in words.
    pub unused: Option<String>,
}

impl Dataset {
    /// The rows of a table without inputs, which a preparation makes: targets, weights, groups and parts.
    /// Those of a test file come last.
    pub fn of_table(table: &WholeTable, found: &Recognised) -> Result<Self> {
        let (own, mut own_test) = (table.frame.rows(), table.own_test);
        let (mut targets, mut weights) = (found.targets.targets.clone(), found.weights.clone());
        let mut groups = found.groups.clone();
        if let Some(test) = &table.test {
            own_test = Some(own);
            targets = targets.followed_by(found.targets.of(test)?)?;
            let of_test = found.weights_of(test)?;
            weights = weights.zip(of_test).map(|(own, of_test)| [own, of_test].concat());
            // Test rows are in no split that groups divide.
            groups = groups.map(|own| [own, vec![-1; test.rows()]].concat());
        }
        let rows = own + table.test.as_ref().map_or(0, Frame::rows);
        let none = Coded { values: Array2::zeros((rows, 0)), columns: vec![] };
        let archive = table.archive.as_ref();
        let names = match &found.targets.kind {
            TargetKind::Classes { names, .. } => {
                names.clone().or_else(|| archive.and_then(|own| own.target_names.clone()))
            }
            TargetKind::Labels | TargetKind::Values => Some(found.targets.names.clone()),
        };
        Ok(Dataset {
            name: table.name.clone(),
            path: table.path.clone(),
            sha256: table.sha256.clone(),
            inputs: Inputs::Coded(none),
            row_shape: vec![0],
            targets,
            own_validation: table.own_validation,
            own_test,
            sample_weight: weights.or_else(|| archive.and_then(|own| own.sample_weight.clone())),
            groups: groups.or_else(|| archive.and_then(|own| own.groups.clone())),
            lengths: None,
            feature_names: None,
            target_names: names,
            unused: archive.and_then(|own| own.unused.clone()),
            prepared: None,
        })
    }
}

impl WholeTable {
    /// Reads a file of such content, and the rows of a test file with the same columns. `keeps` tells of a column, by
    /// name, whether all its texts are kept, however many they are; `groups` names an archive's array of groups.
    pub fn read(
        content: Content,
        path: &Path,
        test: Option<&Path>,
        options: &CsvOptions,
        groups: Option<&str>,
        keeps: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let within = |error: Error| error.within(path.display());
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_file = path.as_os_str() != "-";
        let table = WholeTable {
            name: if is_file {
                stem.split('.').next().unwrap_or_default().into()
            } else {
                "data".into()
            },
            path: is_file.then(|| path.to_owned()),
            sha256: None,
            manner: String::new(),
            frame: Frame::default(),
            overflow: vec![],
            own_validation: None,
            own_test: None,
            test: None,
            archive: None,
        };
        match content {
            Content::Text(text) => table.of_text(text, path, test, options, keeps),
            Content::Array => table.of_array(path).map_err(within)?.with_test_refused(test),
            Content::Archive => table.of_archive(path, groups)?.with_test_refused(test),
        }
    }

    fn of_text(
        self,
        text: Box<dyn Read + Send>,
        path: &Path,
        test: Option<&Path>,
        options: &CsvOptions,
        keeps: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let within = |error: Error| error.within(path.display());
        let (text, digest) = Hashed::new(text);
        let first = FrameReader::new(text, options).map_err(within)?;
        let (names, manner) = (first.names().to_vec(), first.manner().to_string());
        let keep = Keep {
            all_texts: &|column| keeps(&names[column]),
            seconds: |text| DateForm::Iso.seconds(text),
            room: refuse_to_read,
        };
        let Whole { frame, overflow } = first.read_all(keep).map_err(within)?;
        let of_test = |path: &Path| {
            let rows = test_rows(path, &names, options, keep, &digest);
            rows.map_err(|error| error.within(path.display()))
        };
        let test = test.map(of_test).transpose()?;
        // Of a test file, too: its bytes are hashed behind those of the data.
        let sha256 = Some(digest.hexadecimal());
        Ok(WholeTable { sha256, manner, frame, overflow, test, ..self })
    }

    /// The columns of an array of rows, named by their number.
    fn of_array(self, path: &Path) -> Result<Self> {
        let mut array = ArrayStream::open(path)?;
        let &[rows, columns] = array.shape() else {
            return Err(Error::input(format!(
                "the array has the shape {:?}; allowed: (rows, columns)",
                array.shape()
            )));
        };
        refuse_to_read(16 * (rows as u64).saturating_mul(columns as u64))?;
        let values = array.rows(rows)?;
        let names = (1..=columns).map(|number| format!("column_{number}")).collect();
        Ok(self.of_numbers(names, values.view()))
    }

    /// The inputs and targets of an archive as columns; those of targets come last.
    fn of_archive(self, path: &Path, groups: Option<&str>) -> Result<Self> {
        let archive = Dataset::read_with_gaps(path, groups)?;
        let within = |error: Error| error.within(path.display());
        if archive.row_shape.len() > 1 || archive.lengths.is_some() {
            return Err(within(Error::input(
                "rows are signals, images or sequences, and a table has one number per column; leave NA, COLUMNS and \
                 TARGET out",
            )));
        }
        let inputs = archive.inputs.to_reals();
        let targets = archive.targets.clone().into_reals();
        refuse_to_read(8 * (inputs.len() + targets.len()) as u64).map_err(within)?;
        let names = archive.feature_names.clone();
        let numbered = |of: &str, count: usize| (1..=count).map(|n| format!("{of}{n}")).collect();
        let mut names = names.unwrap_or_else(|| numbered("column_", inputs.ncols()));
        let of_targets = match (&archive.target_names, targets.ncols()) {
            (Some(own), count) if own.len() == count => own.clone(),
            (_, 1) => vec!["y".into()],
            (_, count) => numbered("y_", count),
        };
        names.extend(of_targets.clone());
        let both = concatenate(Axis(1), &[inputs.view(), targets.view()]);
        let both = both.map_err(|error| within(Error::input(error.to_string())))?;
        let table = self.of_numbers(names, both.view());
        Ok(WholeTable {
            sha256: archive.sha256.clone(),
            own_test: archive.own_test,
            own_validation: archive.own_validation,
            archive: Some(ArchiveParts {
                targets: of_targets,
                target_names: archive.target_names,
                sample_weight: archive.sample_weight,
                groups: archive.groups,
                unused: archive.unused,
            }),
            manner: "arrays".into(),
            ..table
        })
    }

    fn of_numbers(self, names: Vec<String>, values: ArrayView2<f64>) -> Self {
        let numbers = |column: ndarray::ArrayView1<f64>| Cells {
            numbers: column.to_vec(),
            ..Cells::default()
        };
        let columns: Vec<Cells> = values.axis_iter(Axis(1)).map(numbers).collect();
        let overflow = vec![None; columns.len()];
        let frame = Frame { names, columns, ..Frame::default() };
        WholeTable { frame, overflow, manner: "an array".into(), ..self }
    }

    fn with_test_refused(self, test: Option<&Path>) -> Result<Self> {
        match test {
            None => Ok(self),
            Some(_) => Err(Error::input(
                "goes with data in CSV; allowed elsewhere: X_test and y_test in the archive",
            )
            .within("TEST_DATASET")),
        }
    }
}

/// The rows of a test file, in the columns of the other; all their texts are kept.
fn test_rows(
    path: &Path,
    names: &[String],
    options: &CsvOptions,
    keep: Keep,
    digest: &Digested,
) -> Result<Frame> {
    let Content::Text(text) = Content::of(path)? else {
        return Err(Error::input("is no CSV, as the data are"));
    };
    let mut reader = FrameReader::new(digest.also(text), options)?;
    let mut columns = vec![];
    for name in names {
        let own = reader.names();
        columns.push(column_of(own, name).ok_or_else(|| {
            let hint = did_you_mean(name, own.iter().map(String::as_str));
            Error::input(format!("has no column {}, which the data have{hint}", shown(name)))
        })?);
    }
    reader.select(columns);
    Ok(reader.read_all(Keep { all_texts: &|_| true, ..keep })?.frame)
}
