//! `gpu-mlp train`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::data_flags::DataFlags;
use super::default_directory::make_default_directory;
use super::job::Job;
use super::json_lines::JsonLines;
use super::listeners::{Listeners, Silence};
use super::placed::placed_choice;
use super::progress::RunProgress;
use super::resume::Resumed;
use super::table::EpochTable;
use super::verdict::{verdict, with_what_is_saved};
use super::wrap::wrapped;
use super::{architecture, columns, console, ending, header, schedules, signals, trace};
use crate::artifact::{RunDirectory, Started, StoredRun, Timing};
use crate::backend::Description;
use crate::candidates::{BackendKind, Choice, DeviceRequest, Opened, choose};
use crate::clock::Instant;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::run::{DEFAULT_CUSTOM_FUNCTION, Loaded, Parameters, Reading, Run};
use crate::train::{train, train_from};

/// The table (or the JSON lines) goes to standard output; everything else to standard error.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The parameter file (JSON), looked up as given, then in params/; or data: CSV, .npz or .npy, - is CSV on standard
    /// input
    #[arg(required_unless_present = "resume")]
    file: Option<PathBuf>,
    /// Go on with a run that did not reach its end, on its device if no other is named
    #[arg(long, value_name = "RUN_DIR")]
    #[arg(conflicts_with_all = ["file", "DataFlags", "out", "trace_first_step"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    flags: DataFlags,
    // No doc comment: rustdoc would take the names for tags.
    #[arg(
        long,
        value_name = "DIR",
        help = "Where the run's files go [default: runs/<dataset>-<UTC time>]"
    )]
    out: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum)]
    backend: Option<BackendKind>,
    /// Which device computes: auto, cpu, or a GPU's number or part of its name (see `gpu-mlp devices`)
    #[arg(long)]
    device: Option<String>,
    /// How the device makes a step: auto, or fused, blocked or layered on the CPU, resident, two-phase or layered
    /// on a GPU
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// CPU threads for evaluation, large products and batches; the results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Write a checkpoint every so many epochs [default: ten seconds after the last]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    checkpoint_every: Option<u32>,
    /// Write the history for another program, too: the folder tensorboard of the run
    #[arg(long, value_enum, value_name = "PROGRAM", conflicts_with = "resume")]
    log: Option<Log>,
    /// Say more of how the device is used
    #[arg(short, long)]
    verbose: bool,
    /// Say nothing but errors, warnings and where the run is saved
    #[arg(short, long, conflicts_with_all = ["verbose", "json", "trace_first_step"])]
    quiet: bool,
    /// Print one JSON object an epoch instead of the table
    #[arg(long, conflicts_with = "trace_first_step")]
    json: bool,
    /// Print every quantity of the first step: z, a, delta, gradients
    #[arg(long)]
    trace_first_step: bool,
}

/// The programs that show a run's history.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Log {
    /// Event files
    Tensorboard,
}

/// Trains. Refusals come before the run's directory is made.
pub(super) async fn run(arguments: &Arguments, started: Instant) -> Result<()> {
    // Reading takes threads, too.
    use_threads(arguments.threads)?;
    let Prepared { job, mut parameters, reading, run, choice, resumed } =
        prepare(arguments).await?;
    let load = started.elapsed().as_secs_f64();
    // From here on a signal ends the run in order.
    let interrupt = signals::catch()?;
    let Opened { mut backend, how, candidates } = choice.open(&run).await?;
    let compile = started.elapsed().as_secs_f64() - load;
    let description = backend.description();
    parameters.device = description.device.clone();
    parameters.schedule = description.schedule.clone();
    let resolved = parameters.to_json();
    let layer_names = architecture::layer_names(&parameters);
    let started = Started { at: started, timing: Timing { load, compile, total: 0.0 } };
    let note = resumed.as_ref().map(|resumed| resumed.note(&description));
    let checkpoint = resumed.as_ref().and_then(Resumed::checkpoint);
    let trainer = description.clone();
    let mut directory =
        directory(arguments, &run, resumed, layer_names, &resolved, trainer, started)?;
    let how = format!("{} ({how})", description.device);
    if let Some(reading) = &reading {
        columns::print(reading, arguments.quiet);
    }
    if !arguments.quiet {
        header::print(&job, &parameters, &resolved, &run, &how);
    }
    note.iter().for_each(|note| console::message(note));
    if arguments.verbose {
        schedules::print(&candidates);
    }
    if arguments.trace_first_step {
        trace::print(&backend.first_step(1).await?)?;
    }
    let mut listeners = Listeners {
        printer: match arguments {
            Arguments { quiet: true, .. } => Box::new(Silence),
            Arguments { json: true, .. } => Box::new(JsonLines),
            _ => Box::new(EpochTable::new(&run)),
        },
        progress: RunProgress::new(run.max_epochs()),
        directory: &mut directory,
    };
    let trained = match checkpoint {
        Some(checkpoint) => {
            train_from(&run, checkpoint, &mut *backend, &mut listeners, &interrupt).await
        }
        None => train(&run, &mut *backend, &mut listeners, &interrupt).await,
    };
    let outcome = trained.map_err(|error| with_what_is_saved(error, &directory))?;
    if arguments.verbose && !backend.details().is_empty() {
        console::message(&format!("\n{}: {}", backend.description().device, backend.details()));
    }
    if !arguments.quiet {
        ending::print(&outcome, directory.timing().total);
    }
    console::message(&format!("saved in {}", directory.path().display()));
    verdict(&outcome, &directory)
}

/// The directory of the run: a new one, or that of the resumed run.
fn directory<'a>(
    arguments: &Arguments,
    run: &'a Run,
    resumed: Option<Resumed>,
    names: Option<Vec<String>>,
    parameters: &Value,
    trainer: Description,
    started: Started,
) -> Result<RunDirectory<'a>> {
    let mut directory = match resumed {
        Some(Resumed { stored, saved, .. }) => {
            let saved = saved.as_ref();
            RunDirectory::reopen(stored, saved, run, names, parameters, trainer, started)?
        }
        None => {
            let out = match &arguments.out {
                Some(out) => out.clone(),
                None => make_default_directory(&run.name)?,
            };
            let mut made = RunDirectory::create(&out, run, parameters, names, trainer, started)?;
            match arguments.log {
                Some(Log::Tensorboard) => made.log_events()?,
                None => {}
            }
            made
        }
    };
    if let Some(epochs) = arguments.checkpoint_every {
        directory.checkpoint_every(epochs);
    }
    Ok(directory)
}

/// A run that is checked, before anything is computed or written.
struct Prepared {
    job: Job,
    /// The parameters with a value for every key.
    parameters: Parameters,
    reading: Option<Reading>,
    run: Arc<Run>,
    choice: Choice,
    resumed: Option<Resumed>,
}

async fn prepare(arguments: &Arguments) -> Result<Prepared> {
    let stored = arguments.resume.as_deref().map(StoredRun::open).transpose()?;
    let job = match (&stored, &arguments.file) {
        (Some(stored), _) => Job::of_file(stored.parameters(), vec![])?,
        (None, Some(file)) => Job::of(file, arguments.flags.overrides()?)?,
        (None, None) => return Err(Error::input("train: a parameter file is missing")),
    };
    if let Some(out) = &arguments.out {
        RunDirectory::check(out)?;
    }
    let or = if stored.is_some() { "" } else { ", or set DATASET_SHA256=null" };
    let (loaded, path) = job.load(&format!("; restore them{or}"))?;
    let Loaded { dataset, mut parameters, reading } = loaded;
    let absolute = absolute(&path).map_err(|error| job.placed(error))?;
    let run = Run::new(&parameters, &dataset).map_err(|error| job.placed(error))?;
    let mut request = DeviceRequest {
        backend: arguments.backend,
        device: arguments.device.as_deref(),
        schedule: arguments.schedule.as_deref(),
        checkpoint: None,
    };
    let resumed = match stored {
        Some(stored) => Some(Resumed::read(stored, &run, &mut parameters, &request)?),
        None => None,
    };
    let checkpoint = resumed.as_ref().and_then(Resumed::source);
    request.checkpoint = checkpoint.as_deref();
    // Last: asking the drivers for their devices takes longest.
    let choice = choose(&request, &parameters).await;
    let choice =
        choice.map_err(|error| placed_choice(error, job.file.as_deref(), &job.overrides))?;
    warn_of_custom_function(&job.parameters);
    tell_of_data(&job.parameters, &dataset, &run, &path);
    parameters.settle(&run.network);
    if let Some(test) = job.parameters.locate_test(job.file.as_deref())? {
        parameters.test_dataset = Some(self::absolute(&test).map_err(|error| job.placed(error))?);
    }
    parameters.dataset = absolute;
    parameters.dataset_sha256 = dataset.sha256;
    Ok(Prepared { job, parameters, reading, run: Arc::new(run), choice, resumed })
}

/// Says what of the data is not used, and what the targets look like.
fn tell_of_data(given: &Parameters, dataset: &Dataset, run: &Run, path: &Path) {
    // Of a table its columns are told.
    let is_array = dataset.prepared.is_none();
    if let Some(note) = given.note_of_targets(dataset, &run.network).filter(|_| is_array) {
        console::message(&format!("note: {note}"));
    }
    if let Some(arrays) = &dataset.unused {
        console::message(&wrapped(&format!("{}: not used: {arrays}", path.display())));
    }
    if dataset.own_validation.is_some() {
        console::message(&format!(
            "{}: has validation rows of its own, so SPLIT is not used",
            path.display()
        ));
    }
}

/// The path of the data for params.json, absolute and in UTF-8: JSON is text.
fn absolute(path: &Path) -> Result<String> {
    if path.as_os_str() == "-" {
        return Ok("-".into());
    }
    let absolute = std::fs::canonicalize(path).map_err(|e| {
        Error::input(format!("{}: can't be read: {e}", path.display())).within("DATASET")
    })?;
    absolute.to_str().map(String::from).ok_or_else(|| {
        Error::input(format!(
            "found {absolute:?}, a path that is not UTF-8, which params.json can't hold; \
             rename its folder or file"
        ))
        .within("DATASET")
    })
}

/// Warns of the default custom function: the source document names one in its runs but never states it.
fn warn_of_custom_function(parameters: &Parameters) {
    if parameters.layers.uses("custom_function") && parameters.custom_function.is_none() {
        console::message(&format!(
            "warning: custom_function is used, but CUSTOM_FUNCTION is not given: it is taken to be \
             {DEFAULT_CUSTOM_FUNCTION}"
        ));
    }
}

/// Sets the number of threads; once per process.
pub(super) fn use_threads(threads: Option<u16>) -> Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|e| Error::failed(e.to_string()).within(format!("--threads {threads}")))
}
