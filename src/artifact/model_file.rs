//! Finds and reads model.safetensors.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::input::open_file;
use crate::model::Model;

impl Model {
    /// The model file of a run's directory; any other path is that of a model file itself.
    pub fn locate(path: &Path) -> Result<PathBuf> {
        if !path.is_dir() {
            return Ok(path.into());
        }
        let file = path.join("model.safetensors");
        if file.is_file() {
            return Ok(file);
        }
        Err(Error::input(
            "is a directory without a model.safetensors; allowed: a model file, or the directory \
             of a run",
        )
        .within(path.display()))
    }

    /// Reads a model; the error says why the file is none.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = open_file(path).map_err(|error| Error::input(format!("can't be read: {error}")));
        file.and_then(Model::from_reader).map_err(|error| error.within(path.display()))
    }
}
