//! `gpu-mlp train`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use super::device::{BackendKind, Choice, Opened, Wishes, choose};
use super::json_lines::JsonLines;
use super::progress::Progress;
use super::table::Table;
use super::{architecture, console, ending, header, schedules, trace};
use crate::artifact::{RunDirectory, Timing};
use crate::backend::State;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::{DEFAULT_CUSTOM_FUNCTION, Parameters, Run};
use crate::train::{EpochRow, Observer, Outcome, Stop, train};

/// The table (or the JSON lines) goes to standard output; everything else to standard error.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The parameter file (JSON)
    file: PathBuf,
    /// Override a key of the file, e.g. LR=0.01 or LAYER_SIZES=[4,8,3]
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Where the run's files go [default: runs/<dataset>-<UTC time>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum)]
    backend: Option<BackendKind>,
    /// Which device computes: auto, cpu, or a GPU's number or part of its name (see `gpu-mlp devices`)
    #[arg(long)]
    device: Option<String>,
    /// How the device goes about a step: auto, or a name that params.json of a run tells
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// CPU threads for evaluation and replicas; the results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Say more of how the device is used
    #[arg(short, long)]
    verbose: bool,
    /// Print one JSON object an epoch instead of the table
    #[arg(long, conflicts_with = "trace_first_step")]
    json: bool,
    /// Print every quantity of the first step: z, a, delta, gradients
    #[arg(long)]
    trace_first_step: bool,
}

/// Trains. Everything that can be refused is refused before the run's directory is made.
pub(super) fn run(arguments: &Arguments, started: Instant) -> Result<()> {
    let Prepared { mut parameters, run, choice } = prepare(arguments)?;
    use_threads(arguments.threads)?;
    let load = started.elapsed().as_secs_f64();
    // From here on Ctrl-C ends the run in order.
    let interrupt = catch_interrupt()?;
    let Opened { mut backend, how, entrants } = choice.open(&run)?;
    let compile = started.elapsed().as_secs_f64() - load;
    let description = backend.description();
    parameters.device = description.device.clone();
    parameters.schedule = description.schedule.clone();
    let resolved = parameters.to_json();
    let mut directory = RunDirectory::create(
        &arguments.out.clone().unwrap_or_else(|| default_directory(&run.name)),
        &run,
        &resolved,
        architecture::layer_names(&parameters),
        description.clone(),
        (started, Timing { load, compile, total: 0.0 }),
    )?;
    let overrides = &arguments.overrides;
    let how = format!("{} ({how})", description.device);
    header::print(&arguments.file, overrides, (&parameters, &resolved), &run, &how);
    if arguments.verbose {
        schedules::print(&entrants);
    }
    if arguments.trace_first_step {
        trace::print(&backend.trace(1)?)?;
    }
    let mut listeners = Listeners {
        printer: if arguments.json {
            Box::new(JsonLines)
        } else {
            Box::new(Table::new(run.network.task()))
        },
        progress: Progress::new(),
        directory: &mut directory,
    };
    let outcome = train(&run, &mut *backend, &mut listeners, &interrupt)
        .map_err(|error| with_what_is_saved(error, directory.path()))?;
    if arguments.verbose && !backend.details().is_empty() {
        console::message(&format!("\n{}: {}", backend.description().device, backend.details()));
    }
    ending::print(&outcome, started.elapsed().as_secs_f64());
    console::message(&format!("saved in {}", directory.path().display()));
    verdict(&outcome, directory.path())
}

/// What is checked before anything is computed or written.
struct Prepared {
    parameters: Parameters,
    run: Arc<Run>,
    choice: Choice,
}

fn prepare(arguments: &Arguments) -> Result<Prepared> {
    let file = &arguments.file;
    let mut parameters = Parameters::read(file, &arguments.overrides)?;
    let place = |error: Error| placed(error, file, &arguments.overrides);
    if let Some(out) = &arguments.out {
        RunDirectory::check(out)?;
    }
    let path = parameters.locate_dataset(file)?;
    let absolute = absolute(&path).map_err(place)?;
    let dataset = Dataset::read(&path)?;
    if let (Some(wanted), Some(found)) = (&parameters.dataset_sha256, &dataset.sha256)
        && !wanted.eq_ignore_ascii_case(found)
    {
        return Err(Error::input(format!(
            "{}: NPZ_SHA256: found {wanted}, but {} has {found}: the data are not those of that run; \
             restore them, or set NPZ_SHA256=null",
            file.display(),
            path.display()
        )));
    }
    let run = Run::new(&parameters, &dataset).map_err(place)?;
    let wishes = Wishes {
        backend: arguments.backend,
        device: arguments.device.as_deref(),
        schedule: arguments.schedule.as_deref(),
    };
    // Last, because asking the drivers for their devices takes longer than all the rest.
    let choice = choose(&wishes, &parameters).map_err(place)?;
    warn_of_custom_function(&parameters);
    parameters.dataset = absolute;
    parameters.dataset_sha256 = dataset.sha256;
    Ok(Prepared { parameters, run: Arc::new(run), choice })
}

/// The path of the data as params.json holds it: JSON is text, and only a whole path leads back.
fn absolute(path: &Path) -> Result<String> {
    let absolute = std::fs::canonicalize(path).map_err(|e| {
        Error::input(format!("NPZ_DATASET: {}: can't be read: {e}", path.display()))
    })?;
    absolute.to_str().map(String::from).ok_or_else(|| {
        Error::input(format!(
            "NPZ_DATASET: found {absolute:?}, a path that is not UTF-8, which params.json can't hold; \
             rename its folder or file"
        ))
    })
}

/// An error about a key, with the place that gave the key its value in front: `--set`, or the file.
/// Errors about options of the command line need no place.
fn placed(error: Error, file: &Path, overrides: &[String]) -> Error {
    let text = error.to_string();
    let about = |key: &str| text.starts_with(key) && !text[key.len()..].starts_with('_');
    if text.starts_with("--") {
        error
    } else if overrides.iter().any(|o| about(o.split('=').next().unwrap_or_default().trim())) {
        Error::input(format!("--set {text}"))
    } else {
        error.within(file.display())
    }
}

/// The source document names a custom function in its runs but never states it.
fn warn_of_custom_function(parameters: &Parameters) {
    if parameters.layers.uses("custom_function") && parameters.custom_function.is_none() {
        console::message(&format!(
            "warning: custom_function is used, but CUSTOM_FUNCTION is not given: it is taken to be \
             {DEFAULT_CUSTOM_FUNCTION}"
        ));
    }
}

/// Sets the number of threads, once a process.
pub(super) fn use_threads(threads: Option<u16>) -> Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|e| Error::failed(format!("--threads {threads}: {e}")))
}

/// `runs/iris-20261123T061502Z`, with a number behind it if two runs start in one second.
fn default_directory(dataset: &str) -> PathBuf {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let time: String = now.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let name = format!("{dataset}-{time}");
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let candidates = std::iter::once(name.clone()).chain(numbered);
    let free = candidates.map(|name| Path::new("runs").join(name)).find(|path| !path.exists());
    free.unwrap_or_else(|| Path::new("runs").join(name))
}

/// A flag that the first Ctrl-C sets; the second ends the process at once.
fn catch_interrupt() -> Result<Arc<AtomicBool>> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = interrupt.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
        console::message("stopping after this epoch; Ctrl-C again stops at once, without saving");
    })
    .map_err(|e| Error::failed(format!("Ctrl-C can't be caught: {e}")))?;
    Ok(interrupt)
}

/// Everyone who listens to a run of this command.
struct Listeners<'a, 'b> {
    printer: Box<dyn Observer>,
    progress: Progress,
    directory: &'a mut RunDirectory<'b>,
}

impl Observer for Listeners<'_, '_> {
    fn progress(&mut self, epoch: u32, step: u32, steps: u32) {
        self.progress.progress(epoch, step, steps);
    }

    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.progress.epoch(row)?;
        // What can't be printed is in the history all the same.
        self.directory.epoch(row)?;
        self.printer.epoch(row)
    }

    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        self.directory.finished(outcome, state)
    }
}

/// The error that ended a run, and where its best weights are, if it has some.
fn with_what_is_saved(error: Error, directory: &Path) -> Error {
    if !directory.join("model.safetensors").exists() {
        return error;
    }
    Error::failed(format!("{error}; the best weights so far are in {}", directory.display()))
}

/// A run that was interrupted or diverged did not do what was asked, whatever it saved.
fn verdict(outcome: &Outcome, directory: &Path) -> Result<()> {
    let Some(replica) = outcome.replicas.first() else { return Ok(()) };
    let saved = match replica.best_epoch {
        Some(epoch) => {
            format!("the best weights so far (epoch {epoch}) are in {}", directory.display())
        }
        None => "no weights were saved".into(),
    };
    let epoch = replica.epochs;
    match replica.stop {
        Stop::Interrupted => {
            Err(Error::failed(format!("interrupted after epoch {epoch}; {saved}")))
        }
        Stop::NotFinite(Some(step)) => Err(Error::failed(format!(
            "the loss is not finite from step {step} of epoch {epoch} on; {saved}; lower LR, or bound \
             the gradient with GRAD_CLIP"
        ))),
        Stop::NotFinite(None) => Err(Error::failed(format!(
            "the validation loss is not finite after epoch {epoch}; {saved}; lower LR, or bound the \
             gradient with GRAD_CLIP"
        ))),
        _ => Ok(()),
    }
}
