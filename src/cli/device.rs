//! What computes: the choice of --backend, --device and the parameter file.

use std::sync::Arc;

use clap::ValueEnum;

use crate::backend::Backend;
use crate::cpu::{Cpu, Schedule};
use crate::error::{Error, Result};
use crate::gpu::{Adapter, GpuBackend, adapters};
use crate::params::{Parameters, Run};

/// The kinds of backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BackendKind {
    /// A GPU if there is one, else the CPU
    Auto,
    /// A GPU
    Gpu,
    /// The CPU
    Cpu,
}

/// What to get where no adapter is found.
const INSTALL: &str = "a GPU needs its maker's Vulkan, Metal or DX12 driver; a software one, for \
                       tests: apt-get install mesa-vulkan-drivers libvulkan1";

/// What computes, and the words that say how it was chosen.
pub(super) struct Choice {
    pub how: String,
    /// None is the CPU.
    adapter: Option<Adapter>,
    /// The schedule that was asked for; None leaves it to the device.
    schedule: Option<String>,
}

/// What the command line asks for.
#[derive(Default)]
pub(super) struct Wishes<'a> {
    pub backend: Option<BackendKind>,
    pub device: Option<&'a str>,
    pub schedule: Option<&'a str>,
}

/// The GPU's schedules.
const GPU_SCHEDULES: [&str; 1] = ["layered"];

/// Chooses before anything is computed; a choice that can't be met is an error.
pub(super) fn choose(wishes: &Wishes, parameters: &Parameters) -> Result<Choice> {
    let mut choice = choose_device(wishes.backend, wishes.device, parameters)?;
    let (said_by, wanted) = match wishes.schedule {
        Some(schedule) => (format!("--schedule {schedule}"), schedule),
        None => (format!("SCHEDULE: found {:?}", parameters.schedule), &*parameters.schedule),
    };
    let wanted = wanted.trim().to_lowercase();
    let of_cpu = Schedule::ALL.map(Schedule::name);
    let (own, others) = match choice.adapter {
        None => (&of_cpu[..], &GPU_SCHEDULES[..]),
        Some(_) => (&GPU_SCHEDULES[..], &of_cpu[..]),
    };
    let moved = wishes.backend.is_some() || wishes.device.is_some();
    choice.schedule = match wanted.as_str() {
        "auto" => None,
        wanted if own.contains(&wanted) => Some(wanted.into()),
        // A device asked for on the command line outweighs a file that was made on another.
        wanted if moved && wishes.schedule.is_none() && others.contains(&wanted) => None,
        _ => {
            let own = own.iter().map(|name| format!(", {name:?}")).collect::<String>();
            return Err(Error::input(format!("{said_by}; allowed on this device: \"auto\"{own}")));
        }
    };
    Ok(choice)
}

fn choose_device(
    backend: Option<BackendKind>,
    device: Option<&str>,
    parameters: &Parameters,
) -> Result<Choice> {
    let (device, said_by) = match device {
        Some(device) => (device, format!("--device {device}")),
        // A backend asked for on the command line outweighs the file's device.
        None if backend.is_some() => ("auto", String::new()),
        None => (&*parameters.device, format!("DEVICE: found {:?}", parameters.device)),
    };
    let cpu = |how: &str| Ok(Choice { how: how.into(), adapter: None, schedule: None });
    match (backend.unwrap_or(BackendKind::Auto), &*device.trim().to_lowercase()) {
        (BackendKind::Cpu, "auto" | "cpu") => cpu("--backend cpu"),
        (BackendKind::Cpu, _) => {
            Err(Error::input(format!("--backend cpu and {said_by} exclude each other")))
        }
        (BackendKind::Gpu, "cpu") => {
            Err(Error::input(format!("--backend gpu and {said_by} exclude each other")))
        }
        (BackendKind::Auto, "cpu") => cpu(&said_by),
        (BackendKind::Auto, "auto") => match real(adapters()) {
            Some(adapter) => chosen(adapter, "auto: a GPU was found"),
            None => cpu("auto: no GPU was found"),
        },
        (BackendKind::Gpu, "auto") => {
            let all = adapters();
            let found = names(&all);
            match real(all) {
                Some(adapter) => chosen(adapter, "--backend gpu"),
                None => Err(Error::input(format!(
                    "--backend gpu: no GPU was found, only {found}; a software device is used \
                     where --device names it; {INSTALL}"
                ))),
            }
        }
        (_, "") => Err(Error::input(format!(
            "{said_by} names nothing; allowed: auto, cpu, a number or a part of a name"
        ))),
        (_, wanted) => named(adapters(), wanted, &said_by),
    }
}

fn chosen(adapter: Adapter, how: &str) -> Result<Choice> {
    Ok(Choice { how: how.into(), adapter: Some(adapter), schedule: None })
}

/// The first adapter that is no software.
fn real(adapters: Vec<Adapter>) -> Option<Adapter> {
    adapters.into_iter().find(|adapter| !adapter.is_software())
}

/// The adapter of that number, or the only one whose name has that part.
fn named(adapters: Vec<Adapter>, wanted: &str, said_by: &str) -> Result<Choice> {
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
    /// Opens the backend at the run's initial weights.
    pub fn open(&self, run: Arc<Run>) -> Result<Box<dyn Backend>> {
        match &self.adapter {
            None => {
                Cpu::<f32>::check_memory(&run)?;
                Ok(Box::new(self.open_cpu(run)?))
            }
            Some(adapter) => Ok(Box::new(GpuBackend::new(adapter.open()?, run)?)),
        }
    }

    /// Opens the backend for predictions: on the CPU in f64, because where a row's sums cancel f32
    /// loses the digits that other programs are compared in.
    pub fn open_for_predictions(&self, run: Arc<Run>) -> Result<Box<dyn Backend>> {
        match &self.adapter {
            None => {
                Cpu::<f64>::check_memory(&run)?;
                Ok(Box::new(Cpu::<f64>::new(run)))
            }
            Some(_) => self.open(run),
        }
    }

    /// The fastest schedule of the CPU that fits, or the one that was asked for.
    fn open_cpu(&self, run: Arc<Run>) -> Result<Cpu<f32>> {
        let Some(wanted) = &self.schedule else { return Ok(Cpu::fastest(run)) };
        let schedule = Schedule::ALL.into_iter().find(|schedule| schedule.name() == wanted);
        let cpu = Cpu::with_schedule(run, schedule.unwrap_or(Schedule::Layered));
        cpu.map_err(|why| {
            Error::input(format!("schedule {wanted:?}: {why}; allowed here: \"layered\""))
        })
    }
}
