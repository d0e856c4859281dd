//! `gpu-mlp check`

use std::path::PathBuf;
use std::sync::Arc;

use super::columns;
use super::console;
use super::data_flags::DataFlags;
use super::header;
use super::job::Job;
use super::placed::placed_choice;
use super::wrap::wrapped;
use crate::candidates::{BackendKind, DeviceRequest, choose, devices};
use crate::cpu::{self, Cpu};
use crate::error::{Error, ErrorKind, Result};
use crate::gpu::{self, Adapter, GpuBackend, adapters};
use crate::memory::available;
use crate::run::{Loaded, Run};

/// Reads a parameter file and its data, builds the network, and looks for devices, as train would; trains
/// nothing and writes nothing.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The parameter file (JSON), looked up as given, then in params/; or data: CSV, .npz or .npy
    file: PathBuf,
    #[command(flatten)]
    flags: DataFlags,
    /// What is to compute
    #[arg(long, value_enum)]
    backend: Option<BackendKind>,
    /// Which device is to compute: auto, cpu, or a GPU's number or part of its name
    #[arg(long)]
    device: Option<String>,
}

/// The code is 0 where train would begin, 2 where it would refuse.
pub(super) async fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { file, flags, backend, device } = arguments;
    // Before the data take some of it.
    let free = available();
    let job = Job::of(file, flags.overrides()?)?;
    let place_choice = |error: Error| placed_choice(error, job.file.as_deref(), &job.overrides);
    let (loaded, _) = job.load("; restore them, or set DATASET_SHA256=null")?;
    let Loaded { dataset, mut parameters, reading } = loaded;
    let run = Arc::new(Run::new(&parameters, &dataset).map_err(|error| job.placed(error))?);
    // As in train, a backend asked for on the command line outweighs the file's device.
    let of_file = backend.is_none().then(|| parameters.device.clone());
    let request = DeviceRequest {
        backend: *backend,
        device: device.as_deref().or(of_file.as_deref()),
        ..DeviceRequest::default()
    };
    choose(&request, &parameters).await.map_err(place_choice)?;
    let note = job.parameters.note_of_targets(&dataset, &run.network);
    let note = note.filter(|_| reading.is_none());
    parameters.settle(&run.network);
    for text in reading.iter().flat_map(columns::lines) {
        line(&text)?;
    }
    for text in header::lines(&job, &parameters, &parameters.to_json(), &run) {
        line(&text)?;
    }
    if let Some(note) = note {
        line(&format!("note: {note}"))?;
    }
    let moved = backend.is_some() || device.is_some();
    line("devices:")?;
    let mut would_do = false;
    for candidate in devices(&request, &parameters).await.map_err(place_choice)? {
        let (name, found) = match &candidate {
            None => ("cpu", on_cpu(&run, dataset.bytes(), free)),
            Some(adapter) => (&*adapter.info.name, on_gpu(adapter, &run).await),
        };
        match found.and_then(|found| found.with_schedule(&parameters.schedule, moved)) {
            Ok(Fitting { names, memory, .. }) => {
                would_do = true;
                line(&format!("    {name}: {}; memory {memory}", names.join(", ")))?;
            }
            Err(why) => line(&format!("    {name} would not do: {why}"))?,
        }
    }
    tell_of_software(&request).await?;
    if would_do {
        line("it can be trained")
    } else {
        Err(Error::input("no device would do, see above"))
    }
}

/// A line of at most 80 columns, or several.
fn line(text: &str) -> Result<()> {
    console::line(&wrapped(text))
}

/// A device that takes the run.
struct Fitting {
    /// The schedules that fit.
    names: Vec<&'static str>,
    /// All schedules of the device.
    all: Vec<&'static str>,
    memory: String,
}

impl Fitting {
    /// Refused where the schedule of the file does not fit. Where the command line names a device (`moved`), a
    /// schedule that the device lacks counts as auto, as in train.
    fn with_schedule(self, wanted: &str, moved: bool) -> Result<Self> {
        let wanted = wanted.trim().to_lowercase();
        let is_free = wanted == "auto" || (moved && !self.all.contains(&&*wanted));
        if is_free || self.names.contains(&&*wanted) {
            return Ok(self);
        }
        Err(Error::unfit(format!(
            "schedule {wanted:?} does not fit; {} would",
            self.names.join(", ")
        )))
    }
}

/// The run on the CPU. While data are read they are there twice: as in the file, `read` bytes, and as the CPU takes
/// them. `free` is the memory before that.
fn on_cpu(run: &Arc<Run>, read: u64, free: Option<u64>) -> Result<Fitting> {
    Cpu::<f32>::check_memory(run)?;
    let mut fitting = cpu::Schedule::ALL.to_vec();
    fitting.retain(|schedule| match schedule {
        cpu::Schedule::Layered | cpu::Schedule::Blocked => true,
        cpu::Schedule::Fused => crate::plan::Chain::of(&run.plan).is_ok(),
    });
    let names = fitting.into_iter().map(cpu::Schedule::name).collect();
    let free = free.map_or_else(String::new, |free| format!(" of {}", mebibytes(free)));
    let needed = read.max(Cpu::<f32>::bytes(run)) + run.table.bytes();
    let memory = format!("{}{free}, data included", mebibytes(needed));
    Ok(Fitting { names, all: cpu::Schedule::ALL.map(cpu::Schedule::name).to_vec(), memory })
}

/// The run on a GPU: opens it, and compiles its kernels.
async fn on_gpu(adapter: &Adapter, run: &Arc<Run>) -> Result<Fitting> {
    let gpu = adapter.open().await?;
    let bytes = GpuBackend::bytes(&gpu, run);
    let (made, refused) = GpuBackend::first_fitting(gpu, run.clone(), &gpu::Schedule::ALL).await?;
    let mut backend = made.ok_or_else(|| {
        let why: Vec<String> = refused.iter().map(|(_, why)| why.to_string()).collect();
        Error::unfit(why.join("; "))
    })?;
    let mut names = vec![];
    for schedule in gpu::Schedule::ALL.into_iter().skip(refused.len()) {
        match backend.use_schedule(schedule).await {
            Ok(()) => names.push(schedule.name()),
            Err(why) if why.kind == ErrorKind::Unfit => {}
            Err(fault) => return Err(fault),
        }
    }
    let all = gpu::Schedule::ALL.map(gpu::Schedule::name).to_vec();
    Ok(Fitting { names, all, memory: mebibytes(bytes) })
}

/// Lists software adapters, which are candidates only by name.
async fn tell_of_software(request: &DeviceRequest<'_>) -> Result<()> {
    let names_one =
        request.device.is_some_and(|device| !device.trim().eq_ignore_ascii_case("auto"));
    if request.backend == Some(BackendKind::Cpu) || names_one {
        return Ok(());
    }
    for (index, adapter) in adapters().await.iter().enumerate().filter(|(_, a)| a.is_software()) {
        line(&format!(
            "    {}: a software adapter, taken only by --device {index}",
            adapter.info.name
        ))?;
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
