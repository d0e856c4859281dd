//! A run on the disk, to be resumed.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::checkpoint::{SavedCheckpoint, params_sha256, read_bounded};
use super::files::refuse_links;
use super::history::Columns;
use super::history_file::length_after;
use crate::error::{Error, Result};
use crate::params::MOST_BYTES;
use crate::run::Run;

/// The largest summary.json that is read, in bytes: one of a hundred thousand outputs is smaller.
const MOST_SUMMARY: u64 = 64 << 20;

/// The directory of a run that has not reached its end, held so that no other process writes to it.
pub struct StoredRun {
    pub(super) path: PathBuf,
    pub(super) hold: Hold,
    /// Ties a checkpoint to params.json.
    pub(super) params_sha256: String,
}

impl StoredRun {
    /// Refuses a directory without a run, with a finished one, or with one that is still under way.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(Error::input("there is no such directory")
                .within(format!("--resume {}", path.display())));
        }
        let within =
            |message: String| Error::input(message).within(format!("--resume {}", path.display()));
        let hold = Hold::take(path).map_err(within)?;
        refuse_links(path).map_err(|error| error.within(format!("--resume {}", path.display())))?;
        let parameters = path.join("params.json");
        if !parameters.exists() {
            return Err(within(
                "params.json is missing, so no run was begun here; begin one with gpu-mlp train FILE \
                 --out DIR"
                    .into(),
            ));
        }
        let bytes = read_bounded(&parameters, MOST_BYTES).map_err(|error| {
            error.within("params.json").within(format!("--resume {}", path.display()))
        })?;
        if let Some(reason) = stop_reason(&path.join("summary.json")).map_err(within)?
            && reason != "interrupted"
        {
            return Err(within(format!(
                "this run has ended (summary.json: {reason}), nothing is left to do; for a longer one \
                 train on its params.json with --set MAX_EPOCHS=... and another --out"
            )));
        }
        Ok(StoredRun { path: path.into(), hold, params_sha256: params_sha256(&bytes) })
    }

    /// The run's own parameter file.
    pub fn parameters(&self) -> PathBuf {
        self.path.join("params.json")
    }

    /// The latest checkpoint, if there is one; refused where the history lacks an epoch before it.
    pub fn checkpoint(&self, run: &Run) -> Result<Option<SavedCheckpoint>> {
        let path = self.path.join("checkpoint.safetensors");
        if !path.exists() {
            return Ok(None);
        }
        let damaged = |error: Error| {
            Error::input(format!(
                "{error}; without {} the run begins again at its first epoch",
                path.display()
            ))
        };
        let saved = SavedCheckpoint::read(&path, run, &self.params_sha256)
            .map_err(|error| damaged(error.within(path.display())))?;
        let epoch = saved.checkpoint.progress.epochs_of_first();
        length_after(&self.path.join("history.csv"), Columns::of(run), epoch).map_err(damaged)?;
        Ok(Some(saved))
    }
}

/// The field of a summary that is read.
#[derive(Deserialize)]
struct Ending {
    stop_reason: Option<String>,
}

/// Why a run stopped; None if it has no summary.
fn stop_reason(path: &Path) -> Result<Option<String>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read_bounded(path, MOST_SUMMARY).map_err(|e| format!("summary.json: {e}"))?;
    let reason = serde_json::from_slice(&bytes).ok().and_then(|Ending { stop_reason }| stop_reason);
    reason.map(Some).ok_or_else(|| "summary.json: is no summary of a run; remove it".into())
}

/// The right to write to a directory: one process at a time holds it, until this is dropped or the process ends.
pub(super) struct Hold {
    /// None where the system can't lock a directory: Windows, some network file systems.
    _directory: Option<File>,
}

impl Hold {
    /// The error says that another process holds it.
    pub fn take(path: &Path) -> Result<Self, String> {
        let Ok(directory) = File::open(path) else { return Ok(Hold { _directory: None }) };
        match directory.try_lock() {
            Err(TryLockError::WouldBlock) => {
                Err("another process is writing this run; wait for its end, or stop it".into())
            }
            locked => Ok(Hold { _directory: locked.is_ok().then_some(directory) }),
        }
    }
}
