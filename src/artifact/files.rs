//! The names of a run's files.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// The files of a run; no other run writes to a directory that holds one of them.
pub(super) const FILES: [&str; 6] = [
    "params.json",
    "history.csv",
    "checkpoint.safetensors",
    "summary.json",
    "model.safetensors",
    EVENTS,
];

/// The folder of event files, where a run has them.
pub(super) const EVENTS: &str = "tensorboard";

/// Refuses a directory that holds a link where a run has a file: to write there would write elsewhere.
pub(super) fn refuse_links(path: &Path) -> Result<()> {
    for file in FILES {
        if fs::symlink_metadata(path.join(file)).is_ok_and(|found| found.is_symlink()) {
            return Err(Error::input(format!(
                "{file} is a link, and a run writes to files of its own only; remove the link"
            )));
        }
    }
    Ok(())
}
