//! The directory of a run.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use super::history::{header, line, record};
use super::{Model, Timing, summary};
use crate::backend::{Description, State};
use crate::error::{Error, Result};
use crate::params::Run;
use crate::train::{EpochRow, Observer, Outcome};

/// The files of a run; a directory that holds one of them is never written to by another run.
const FILES: [&str; 4] = ["params.json", "history.csv", "summary.json", "model.safetensors"];

/// Writes what a run leaves as it goes.
pub struct RunDirectory<'a> {
    path: PathBuf,
    run: &'a Run,
    description: Description,
    layer_names: Option<Vec<String>>,
    parameters: Value,
    started: Instant,
    timing: Timing,
    history: File,
}

impl<'a> RunDirectory<'a> {
    /// Refuses a path that can't become the directory of a new run. Writes nothing.
    pub fn check(path: &Path) -> Result<()> {
        if path.exists() && !path.is_dir() {
            return Err(Error::input(format!("--out {}: is no directory", path.display())));
        }
        if let Some(file) = FILES.iter().find(|file| path.join(file).exists()) {
            return Err(Error::input(format!(
                "--out {}: already holds a run ({file}); choose another directory, or remove this one",
                path.display()
            )));
        }
        Ok(())
    }

    /// Makes the directory and writes params.json. `started` is when the process began.
    pub fn create(
        path: &Path,
        run: &'a Run,
        parameters: &Value,
        layer_names: Option<Vec<String>>,
        description: Description,
        (started, timing): (Instant, Timing),
    ) -> Result<Self> {
        Self::check(path)?;
        fs::create_dir_all(path)
            .map_err(|e| Error::input(format!("--out {}: can't be made: {e}", path.display())))?;
        write_whole(&path.join("params.json"), pretty(parameters).as_bytes())?;
        let history_path = path.join("history.csv");
        let history = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&history_path)
            .and_then(|mut file| writeln!(file, "{}", header(run.network.task())).map(|()| file))
            .map_err(|e| fault("write", &history_path, &e))?;
        let path = path.to_path_buf();
        let parameters = parameters.clone();
        Ok(RunDirectory {
            path,
            run,
            description,
            layer_names,
            parameters,
            started,
            timing,
            history,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Observer for RunDirectory<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        let line = line(&record(row)) + "\n";
        // One write an epoch: a reader never sees half a line.
        self.history
            .write_all(line.as_bytes())
            .map_err(|e| fault("write", &self.path.join("history.csv"), &e))
    }

    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        let names = self.layer_names.as_deref();
        if let Some(model) = Model::new(self.run, (state, outcome), names, &self.parameters)? {
            write_whole(&self.path.join("model.safetensors"), &model.to_bytes()?)?;
        }
        let timing = Timing { total: self.started.elapsed().as_secs_f64(), ..self.timing };
        let summary = summary(self.run, outcome, &self.description, timing);
        write_whole(&self.path.join("summary.json"), pretty(&summary).as_bytes())
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Writes a file whole or not at all: beside its place first, then moved there.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|e| {
        // What could not be written whole is removed; the fault itself is reported.
        let _ = fs::remove_file(&beside);
        fault("write", path, &e)
    })
}

fn fault(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("can't {what} {}: {error}", path.display()))
}
