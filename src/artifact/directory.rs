//! The directory of a run.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::checkpoint::{SavedCheckpoint, params_sha256};
use super::files::{EVENTS, FILES, refuse_links};
use super::history::{Columns, record};
use super::history_file::HistoryFile;
use super::pace::Pace;
use super::stored::{Hold, StoredRun};
use super::summary::{Started, Timing, summary};
use super::tensorboard::EventFile;
use super::whole::{fault, remove_unfinished, write_whole};
use crate::backend::{Description, State};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::run::{ReplicaId, Run};
use crate::train::{Checkpoint, EpochRow, Observer, Outcome};

/// Writes the files of a run as it goes; history, summary and model are those of the first replica.
pub struct RunDirectory<'a> {
    path: PathBuf,
    run: &'a Run,
    description: Description,
    layer_names: Option<Vec<String>>,
    parameters: Value,
    started: Started,
    history: HistoryFile,
    /// The history for TensorBoard, where it is asked for.
    events: Option<EventFile>,
    pace: Pace,
    /// The epoch of the checkpoint on the disk; 0 if there is none.
    saved_epoch: u32,
    /// Whether summary.json has the run's end.
    has_ended: bool,
    params_sha256: String,
    _hold: Hold,
}

impl<'a> RunDirectory<'a> {
    /// Refuses a path that can't become the directory of a new run. Writes nothing.
    pub fn check(path: &Path) -> Result<()> {
        if path.exists() && !path.is_dir() {
            return Err(Error::input("is no directory").within(format!("--out {}", path.display())));
        }
        refuse_links(path).map_err(|error| error.within(format!("--out {}", path.display())))?;
        if let Some(file) = FILES.iter().find(|file| path.join(file).exists()) {
            return Err(Error::input(format!(
                "already holds a run ({file}); choose another directory, or remove this one"
            ))
            .within(format!("--out {}", path.display())));
        }
        Ok(())
    }

    /// Makes the directory and writes params.json.
    pub fn create(
        path: &Path,
        run: &'a Run,
        parameters: &Value,
        layer_names: Option<Vec<String>>,
        description: Description,
        started: Started,
    ) -> Result<Self> {
        Self::check(path)?;
        fs::create_dir_all(path).map_err(|e| {
            Error::input(format!("can't be made: {e}")).within(format!("--out {}", path.display()))
        })?;
        let hold = Hold::take(path).map_err(|busy| {
            Error::input(busy.to_string()).within(format!("--out {}", path.display()))
        })?;
        // Another process may have written a run since the first look.
        Self::check(path)?;
        let bytes = pretty(parameters);
        write_whole(&path.join("params.json"), bytes.as_bytes())?;
        let history = HistoryFile::create(&path.join("history.csv"), Columns::of(run))?;
        Ok(RunDirectory {
            path: path.to_path_buf(),
            run,
            description,
            layer_names,
            parameters: parameters.clone(),
            started,
            history,
            events: None,
            pace: Pace::new(),
            saved_epoch: 0,
            has_ended: false,
            params_sha256: params_sha256(bytes.as_bytes()),
            _hold: hold,
        })
    }

    /// Resumes a run at `saved`, or before its first epoch where there is no checkpoint: cuts off later lines of
    /// its history, and removes its summary.
    pub fn reopen(
        stored: StoredRun,
        saved: Option<&SavedCheckpoint>,
        run: &'a Run,
        layer_names: Option<Vec<String>>,
        parameters: &Value,
        description: Description,
        started: Started,
    ) -> Result<Self> {
        let StoredRun { path, hold, params_sha256 } = stored;
        let saved_epoch = saved.map_or(0, |saved| saved.checkpoint.progress.epoch);
        let lines = saved.map_or(0, |saved| saved.checkpoint.progress.epochs_of_first());
        let history = HistoryFile::reopen(&path.join("history.csv"), Columns::of(run), lines)?;
        remove(&path.join("summary.json"))?;
        for file in FILES {
            // A killed process may have left it.
            remove_unfinished(&path, file).map_err(|e| fault("clear", &path, &e))?;
        }
        let events = path.join(EVENTS);
        let events = match events.is_dir() {
            true => Some(EventFile::resume(&events, i64::from(lines) + 1)?),
            false => None,
        };
        let before = saved.map_or_else(Timing::default, |saved| saved.timing);
        let timing = Timing {
            load: before.load + started.timing.load,
            compile: before.compile + started.timing.compile,
            total: before.total,
        };
        Ok(RunDirectory {
            path,
            run,
            description,
            layer_names,
            parameters: parameters.clone(),
            started: Started { timing, ..started },
            history,
            events,
            pace: Pace::new(),
            saved_epoch,
            has_ended: false,
            params_sha256,
            _hold: hold,
        })
    }

    /// Writes a checkpoint every `epochs` epochs, instead of by time.
    pub fn checkpoint_every(&mut self, epochs: u32) {
        self.pace.every = Some(epochs);
    }

    /// Writes the history for TensorBoard, too; before the first epoch. A resumed run goes on with it unasked.
    pub fn log_events(&mut self) -> Result<()> {
        let mut events = EventFile::create(&self.path.join(EVENTS))?;
        events.text("parameters", &pretty(&self.parameters))?;
        self.events = Some(events);
        Ok(())
    }

    /// The epoch from which the run can be resumed; 0 is its start.
    pub fn saved_epoch(&self) -> u32 {
        self.saved_epoch
    }

    /// Whether the run's end is on the disk, so that nothing is left to resume.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The time of the run so far.
    pub fn timing(&self) -> Timing {
        let Started { at, timing } = self.started;
        Timing { total: timing.total + at.elapsed().as_secs_f64(), ..timing }
    }

    /// Waits until all epochs are on the disk.
    fn sync(&self) -> Result<()> {
        self.history.sync()?;
        self.events.as_ref().map_or(Ok(()), EventFile::flush)
    }

    /// Whether the directory still is where the run began.
    pub fn is_there(&self) -> bool {
        self.path.is_dir() && self.history.is_there()
    }

    /// The path of the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Observer for RunDirectory<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        if row.replica.0 > 0 {
            return Ok(());
        }
        self.history.push(row)?;
        if let Some(events) = &mut self.events {
            events.epoch(&record(row))?;
        }
        // Writing to a deleted file loses the text without an error.
        if self.history.is_there() { Ok(()) } else { Err(gone(&self.path)) }
    }

    fn checkpoint_due(&self, epoch: u32) -> bool {
        self.pace.is_due(epoch)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        let (epoch, start) = (checkpoint.progress.epoch, Instant::now());
        let path = self.path.join("checkpoint.safetensors");
        let lines = checkpoint.progress.epochs_of_first();
        if self.history.epoch != lines {
            return Err(Error::failed(format!(
                "not written, because history.csv lacks epoch {lines}"
            ))
            .within(path.display()));
        }
        if self.saved_epoch == epoch {
            return Ok(());
        }
        if !self.is_there() {
            return Err(gone(&self.path));
        }
        // The lines of the epochs before it reach the disk first.
        self.sync()?;
        let saved = SavedCheckpoint {
            checkpoint: checkpoint.clone(),
            description: self.description.clone(),
            timing: self.timing(),
        };
        write_whole(&path, &saved.to_bytes(&self.params_sha256)?)?;
        self.saved_epoch = epoch;
        self.pace.written(start);
        Ok(())
    }

    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        if !self.is_there() {
            return Err(gone(&self.path));
        }
        let replica = outcome.replicas.first();
        let names = self.layer_names.as_deref();
        if let Some(model) =
            Model::new(self.run, ReplicaId(0), state, outcome, names, &self.parameters)?
        {
            write_whole(&self.path.join("model.safetensors"), &model.to_bytes()?)?;
        }
        let is_over = outcome.interrupted().is_none() && replica.is_some();
        if is_over && replica.is_some_and(|replica| replica.epochs != self.history.epoch) {
            // The last line could not be written, which was reported: the run has to be resumed.
            return Ok(());
        }
        self.sync()?;
        let summary = summary(self.run, outcome, &self.description, self.timing());
        write_whole(&self.path.join("summary.json"), pretty(&summary).as_bytes())?;
        self.has_ended = is_over;
        if is_over { remove(&self.path.join("checkpoint.safetensors")) } else { Ok(()) }
    }
}

fn gone(path: &Path) -> Error {
    Error::failed(
        "the directory of the run was deleted or moved while the run went on, and what it held is \
         lost here; train again with another --out",
    )
    .within(path.display())
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(fault("remove", path, &e)),
        _ => Ok(()),
    }
}
