//! What is to be trained: a parameter file, or data alone, with what the command line says of it.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::placed::{check_same_data, placed};
use crate::error::{Error, Result};
use crate::input::open_file;
use crate::params::Override;
use crate::run::{Loaded, Parameters};

/// A parameter file or data, and the options that set keys.
pub(super) struct Job {
    /// The parameter file; None where data are named.
    pub file: Option<PathBuf>,
    /// The keys that options set.
    pub overrides: Vec<Override>,
    pub parameters: Parameters,
}

impl Job {
    /// Reads the parameter file of this name, or makes parameters for the data of this name.
    pub fn of(name: &Path, overrides: Vec<Override>) -> Result<Self> {
        if is_data(name) {
            let path = name.to_str().ok_or_else(|| {
                Error::input("is not UTF-8, which params.json can't hold; rename it")
                    .within(name.display())
            })?;
            let parameters = Parameters::of_data(path, &overrides)?;
            return Ok(Job { file: None, overrides, parameters });
        }
        Self::of_file(Parameters::locate(name)?, overrides)
    }

    /// Reads a parameter file.
    pub fn of_file(file: PathBuf, overrides: Vec<Override>) -> Result<Self> {
        let parameters = Parameters::read(&file, &overrides)?;
        Ok(Job { file: Some(file), overrides, parameters })
    }

    /// Reads the data; `remedy` says what to do where they are not those that the file names by their SHA-256.
    pub fn load(&self, remedy: &str) -> Result<(Loaded, PathBuf)> {
        let Job { file, parameters, .. } = self;
        self.refuse_one_input_twice()?;
        let path = parameters.locate_dataset(file.as_deref())?;
        let test = parameters.locate_test(file.as_deref())?;
        let loaded = parameters
            .read_data(&path, test.as_deref())
            .map_err(|error| self.of_standard_input(self.placed(error)))?;
        check_same_data(parameters, &loaded.dataset, file.as_deref(), &path, remedy)?;
        Ok((loaded, path))
    }

    /// Refuses standard input for both files: it can be read once.
    fn refuse_one_input_twice(&self) -> Result<()> {
        let own = &self.parameters;
        if own.dataset == "-" && own.test_dataset.as_deref() == Some("-") {
            let message = "is standard input, as the data are, which can be read once; save one of them in a file";
            return Err(Error::input(message).within("TEST_DATASET"));
        }
        Ok(())
    }

    /// An error of a run whose data came from standard input, which has them no more, says so.
    fn of_standard_input(&self, error: Error) -> Error {
        if self.file.is_none() || self.parameters.dataset != "-" {
            return error;
        }
        Error {
            message: format!(
                "{}; the data of this file come from standard input: pipe them in again, or give DATASET a file",
                error.message
            ),
            ..error
        }
    }

    /// An error within the place that gave its key the value.
    pub fn placed(&self, error: Error) -> Error {
        placed(error, self.file.as_deref(), &self.overrides)
    }
}

/// Whether a name is one of data, not of a parameter file: by its ending, else by its first character.
fn is_data(name: &Path) -> bool {
    // A pipe would be empty once it is looked at.
    let is_pipe = std::fs::metadata(name).is_ok_and(|file| !file.is_file() && !file.is_dir());
    if name.as_os_str() == "-" || is_pipe {
        return true;
    }
    match name.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
        Some("json") => false,
        Some("csv" | "tsv" | "tab" | "txt" | "gz" | "npz" | "npy" | "data") => true,
        _ => !begins_an_object(name),
    }
}

/// Whether a file begins as JSON does; so does one that can't be read, which is refused elsewhere.
fn begins_an_object(name: &Path) -> bool {
    let mut start = [0; 64];
    let count = open_file(name).and_then(|mut file| file.read(&mut start));
    let Ok(count) = count else { return true };
    let text = String::from_utf8_lossy(&start[..count]);
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}
