//! What computes: the choice of --backend, --device and the parameter file.

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;

use crate::backend::Backend;
use crate::cpu::Cpu;
use crate::error::{Error, Result};
use crate::gpu::{Adapter, GpuBackend, adapters};
use crate::race::{Entrant, Field, Race, race};
use crate::run::{Parameters, Run};
use crate::{cpu, gpu};

/// The kinds of backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BackendKind {
    /// The CPU, or a GPU where that is measured to be faster
    Auto,
    /// A GPU
    Gpu,
    /// The CPU
    Cpu,
}

/// What to get where no adapter is found.
const INSTALL: &str = "a GPU needs its maker's Vulkan, Metal or DX12 driver; a software one, for \
                       tests: apt-get install mesa-vulkan-drivers libvulkan1";

/// What may compute, and the words that say why.
pub(super) struct Choice {
    how: String,
    device: Device,
    field: Field,
}

enum Device {
    Cpu,
    Gpu(Box<Adapter>),
    /// The CPU, or a GPU where a run is long enough to look for one.
    Any,
}

/// What computes.
pub(super) struct Opened {
    /// At the run's initial weights.
    pub backend: Box<dyn Backend>,
    /// How it was chosen.
    pub how: String,
    /// All that were looked at.
    pub entrants: Vec<Entrant>,
}

/// What the command line asks for.
#[derive(Default)]
pub(super) struct Wishes<'a> {
    pub backend: Option<BackendKind>,
    pub device: Option<&'a str>,
    pub schedule: Option<&'a str>,
    /// The checkpoint that the parameters have their device and schedule from, instead of the file.
    pub checkpoint: Option<&'a Path>,
}

/// Chooses before anything is computed; a choice that can't be met is an error.
pub(super) fn choose(wishes: &Wishes, parameters: &Parameters) -> Result<Choice> {
    let (mut device, mut how) = choose_device(wishes, parameters)?;
    let (said_by, wanted) = match (wishes.schedule, wishes.checkpoint) {
        (Some(schedule), _) => (format!("--schedule {schedule}"), schedule),
        (None, None) => {
            (format!("SCHEDULE: found {:?}", parameters.schedule), &*parameters.schedule)
        }
        (None, Some(path)) => {
            let schedule = &*parameters.schedule;
            let path = path.display();
            let by = format!("{path}: computed with {schedule:?}; name another with --schedule");
            (by, schedule)
        }
    };
    let wanted = wanted.trim().to_lowercase();
    let is_of_gpu = gpu::Schedule::ALL.iter().any(|schedule| schedule.name() == wanted);
    let is_of_cpu = cpu::Schedule::ALL.iter().any(|schedule| schedule.name() == wanted);
    // A schedule names the kind of its device; one that both have is the CPU's until a device is named.
    if matches!(device, Device::Any) && is_of_cpu {
        device = Device::Cpu;
    } else if matches!(device, Device::Any) && is_of_gpu {
        (device, how) = any_gpu(&said_by)?;
    }
    let of_cpu = cpu::Schedule::ALL.into_iter().filter(|_| !matches!(device, Device::Gpu(_)));
    let of_gpu = gpu::Schedule::ALL.into_iter().filter(|_| !matches!(device, Device::Cpu));
    let all = Field { cpu: of_cpu.collect(), gpu: of_gpu.collect() };
    // A device asked for on the command line outweighs a file that was made on another.
    let moved = wishes.backend.is_some() || wishes.device.is_some();
    let left = moved && wishes.schedule.is_none() && (is_of_cpu || is_of_gpu);
    let named = Field {
        cpu: all.cpu.iter().copied().filter(|schedule| schedule.name() == wanted).collect(),
        gpu: all.gpu.iter().copied().filter(|schedule| schedule.name() == wanted).collect(),
    };
    let field = match (wanted.as_str(), named.cpu.is_empty() && named.gpu.is_empty()) {
        ("auto", _) => all,
        (_, false) => named,
        (_, true) if left => all,
        _ => {
            let names = all.cpu.iter().map(|s| s.name()).chain(all.gpu.iter().map(|s| s.name()));
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            names.dedup();
            let names = names.iter().map(|name| format!(", {name:?}")).collect::<String>();
            return Err(Error::input(format!(
                "{said_by}; allowed on this device: \"auto\"{names}"
            )));
        }
    };
    Ok(Choice { how, device, field })
}

fn choose_device(wishes: &Wishes, parameters: &Parameters) -> Result<(Device, String)> {
    let Wishes { backend, device, checkpoint, .. } = *wishes;
    if let (None, None, Some(path)) = (backend, device, checkpoint) {
        return choose_again(&parameters.device, path);
    }
    let (device, said_by) = match device {
        Some(device) => (device, format!("--device {device}")),
        // A backend asked for on the command line outweighs the file's device.
        None if backend.is_some() => ("auto", String::new()),
        None => (&*parameters.device, format!("DEVICE: found {:?}", parameters.device)),
    };
    let cpu = |how: &str| Ok((Device::Cpu, how.to_owned()));
    match (backend.unwrap_or(BackendKind::Auto), &*device.trim().to_lowercase()) {
        (BackendKind::Cpu, "auto" | "cpu") => cpu("--backend cpu"),
        (BackendKind::Cpu, _) => {
            Err(Error::input(format!("--backend cpu and {said_by} exclude each other")))
        }
        (BackendKind::Gpu, "cpu") => {
            Err(Error::input(format!("--backend gpu and {said_by} exclude each other")))
        }
        (BackendKind::Auto, "cpu") => cpu(&said_by),
        (BackendKind::Auto, "auto") => Ok((Device::Any, "auto".into())),
        (BackendKind::Gpu, "auto") => any_gpu("--backend gpu"),
        (_, "") => Err(Error::input(format!(
            "{said_by} names nothing; allowed: auto, cpu, a number or a part of a name"
        ))),
        (_, wanted) => named(adapters(), wanted, &said_by),
    }
}

/// The first real GPU.
fn any_gpu(said_by: &str) -> Result<(Device, String)> {
    let all = adapters();
    let found = names(&all);
    match real(all) {
        Some(adapter) => chosen(adapter, said_by),
        None => Err(Error::input(format!(
            "{said_by}: no GPU was found, only {found}; a software device is used where --device names it; \
             {INSTALL}"
        ))),
    }
}

/// The device that computed a checkpoint.
fn choose_again(device: &str, checkpoint: &Path) -> Result<(Device, String)> {
    let how = "as before";
    if device == "cpu" {
        return Ok((Device::Cpu, how.into()));
    }
    let path = checkpoint.display();
    let said_by = format!("{path}: computed on {device:?}; name another with --device");
    let (device, _) = named(adapters(), &device.to_lowercase(), &said_by)?;
    Ok((device, how.into()))
}

fn chosen(adapter: Adapter, how: &str) -> Result<(Device, String)> {
    Ok((Device::Gpu(Box::new(adapter)), how.into()))
}

/// All that may be compared: the device that is named, else the CPU and every real GPU, as far as
/// --backend allows. None is the CPU.
pub(super) fn all(wishes: &Wishes, parameters: &Parameters) -> Result<Vec<Option<Adapter>>> {
    let backend = wishes.backend.unwrap_or(BackendKind::Auto);
    let named = wishes.device.is_some_and(|device| !device.trim().eq_ignore_ascii_case("auto"));
    if named || backend == BackendKind::Cpu {
        let (device, _) = choose_device(wishes, parameters)?;
        return Ok(vec![match device {
            Device::Gpu(adapter) => Some(*adapter),
            Device::Cpu | Device::Any => None,
        }]);
    }
    let real = adapters().into_iter().filter(|adapter| !adapter.is_software()).map(Some);
    let mut devices: Vec<Option<Adapter>> = real.collect();
    match backend {
        BackendKind::Auto => devices.insert(0, None),
        // The error says what to do.
        _ if devices.is_empty() => drop(choose_device(wishes, parameters)?),
        _ => {}
    }
    Ok(devices)
}

/// The first adapter that is no software.
fn real(adapters: Vec<Adapter>) -> Option<Adapter> {
    adapters.into_iter().find(|adapter| !adapter.is_software())
}

/// Why none of these is taken unasked.
fn why_none(adapters: &[Adapter]) -> String {
    match adapters.first() {
        None => "no GPU was found".into(),
        Some(software) => format!(
            "no GPU was found but {}, a software adapter, which computes on the CPU too and is taken only \
             where --device names it",
            software.info.name
        ),
    }
}

/// The adapter of that number, or the only one whose name has that part.
fn named(adapters: Vec<Adapter>, wanted: &str, said_by: &str) -> Result<(Device, String)> {
    let found = names(&adapters);
    if let Ok(index) = wanted.parse::<usize>() {
        let adapter = adapters.into_iter().nth(index);
        return adapter.map_or_else(
            || Err(Error::input(format!("{said_by}; there is no such number; allowed: {found}"))),
            |adapter| chosen(adapter, said_by),
        );
    }
    let mut matching: Vec<Adapter> = adapters
        .into_iter()
        .filter(|adapter| adapter.info.name.to_lowercase().contains(wanted))
        .collect();
    // One card under several drivers (Vulkan and DX12), or twin cards: the first will do.
    matching.dedup_by_key(|adapter| (adapter.info.name.clone(), adapter.info.device));
    match (matching.pop(), matching.is_empty()) {
        (Some(adapter), true) => chosen(adapter, said_by),
        (None, _) => Err(Error::input(format!("{said_by}; allowed: auto, {found}; {INSTALL}"))),
        (Some(_), false) => Err(Error::input(format!(
            "{said_by}; several devices have that in their names; choose by number: {found}"
        ))),
    }
}

/// `0: NVIDIA H200, 1: llvmpipe, cpu`
fn names(adapters: &[Adapter]) -> String {
    let numbered = adapters.iter().enumerate();
    let mut names: Vec<String> =
        numbered.map(|(index, adapter)| adapter_name(index, &adapter.info)).collect();
    names.push("cpu".into());
    names.join(", ")
}

fn adapter_name(index: usize, info: &wgpu::AdapterInfo) -> String {
    format!("{index}: {} ({:?})", info.name, info.backend)
}

impl Choice {
    /// Opens the fastest of what may compute, at the run's initial weights.
    pub fn open(self, run: &Arc<Run>) -> Result<Opened> {
        let Choice { how, device, field } = self;
        let adapter = || match device {
            Device::Cpu => Err("no GPU was asked for".into()),
            Device::Gpu(adapter) => Ok(*adapter),
            Device::Any => {
                let all = adapters();
                let why = why_none(&all);
                real(all).ok_or(why)
            }
        };
        let Race { backend, entrants, how: raced } = race(run, &field, adapter)?;
        let how = if raced.is_empty() { how } else { format!("{how}: {raced}") };
        Ok(Opened { backend, how, entrants })
    }

    /// Opens what computes predictions. The CPU does so in f64, because where a row's sums cancel f32
    /// loses the digits that other programs are compared in; a GPU is one that was asked for: reading rows
    /// takes longer than computing them.
    pub fn open_for_predictions(self, run: Arc<Run>) -> Result<Box<dyn Backend>> {
        match self.device {
            Device::Gpu(adapter) => Ok(Box::new(GpuBackend::new(adapter.open()?, run)?)),
            Device::Cpu | Device::Any => {
                Cpu::<f64>::check_memory(&run)?;
                Ok(Box::new(Cpu::<f64>::new(run)))
            }
        }
    }
}
