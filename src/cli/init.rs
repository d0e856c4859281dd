//! `gpu-mlp init`: a parameter file for data, to edit.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::columns;
use super::console::{line, message};
use super::data_flags::DataFlags;
use super::job::Job;
use super::output_place::is_standard;
use crate::error::{Error, Result};
use crate::run::Run;

/// Writes the parameter file with which train does what it would do on the data.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The data: CSV, .npz or .npy
    data: PathBuf,
    /// Where the file goes [default: the name of the data, with .json]; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    flags: DataFlags,
}

/// Keys that a run fills in, or that leave nothing to choose.
const LEFT_OUT: [&str; 4] = ["DATASET_SHA256", "DEVICE", "SCHEDULE", "CUSTOM_FUNCTION"];

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { data, output, flags } = arguments;
    let job = Job::of(data, flags.overrides()?)?;
    if job.file.is_some() {
        return Err(Error::input("is a parameter file; allowed: data (CSV, .npz, .npy)")
            .within(data.display()));
    }
    let output =
        output.clone().unwrap_or_else(|| Path::new(&job.parameters.dataset).with_extension("json"));
    if !is_standard(&output) && output.exists() {
        return Err(Error::input("is there already; choose another name with -o, or remove it")
            .within(output.display()));
    }
    let (loaded, path) = job.load("")?;
    let mut parameters = loaded.parameters;
    let run = Run::new(&parameters, &loaded.dataset).map_err(|error| job.placed(error))?;
    parameters.settle(&run.network);
    // Data are looked up from the folder of the command and beside the file.
    if output.parent().is_some_and(|folder| !folder.as_os_str().is_empty()) {
        parameters.dataset = std::path::absolute(&path)
            .ok()
            .and_then(|path| path.to_str().map(String::from))
            .unwrap_or(parameters.dataset);
    }
    let text = text(&parameters.to_json())?;
    if let Some(reading) = &loaded.reading {
        columns::print(reading, false);
    }
    if is_standard(&output) {
        return line(text.trim_end());
    }
    let created = std::fs::File::options().write(true).create_new(true).open(&output);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        Error::input(format!("can't be written: {error}; choose another place"))
            .within(output.display())
    })?;
    message(&format!("saved in {}", output.display()));
    Ok(())
}

/// The keys that have a value, a line each.
fn text(parameters: &Value) -> Result<String> {
    let keys = parameters["parameters"].as_object().cloned().unwrap_or_default();
    let kept =
        keys.into_iter().filter(|(key, value)| !value.is_null() && !LEFT_OUT.contains(&&**key));
    let kept = json!({"parameters": kept.collect::<Map<String, Value>>()});
    serde_json::to_string_pretty(&kept)
        .map(|text| text + "\n")
        .map_err(|error| Error::failed(error.to_string()))
}
