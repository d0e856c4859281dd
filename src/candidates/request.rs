//! The choice of device and schedule, by the options and the parameter file.

use std::path::Path;

use super::choice::{Choice, Device};
use super::find::{SaidBy, first_gpu, named_gpu, real_gpus};
use super::schedules::Schedules;
use crate::error::{Error, Result};
use crate::gpu::Adapter;
use crate::run::Parameters;

/// The kinds of backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum BackendKind {
    /// The CPU, or a GPU where that is measured to be faster
    Auto,
    /// A GPU
    Gpu,
    /// The CPU
    Cpu,
}

/// The wishes of the command line, or of a caller.
#[derive(Default)]
pub struct DeviceRequest<'a> {
    /// The kind of backend.
    pub backend: Option<BackendKind>,
    /// The device: auto, cpu, a number or a part of a name.
    pub device: Option<&'a str>,
    /// The schedule.
    pub schedule: Option<&'a str>,
    /// The checkpoint that gave the parameters their device and schedule, instead of their file.
    pub checkpoint: Option<&'a Path>,
}

/// Chooses before anything is computed; a choice that can't be met is an error.
pub async fn choose(request: &DeviceRequest<'_>, parameters: &Parameters) -> Result<Choice> {
    let (mut device, mut how) = choose_device(request, parameters).await?;
    let (said_by, wanted) = match (request.schedule, request.checkpoint) {
        (Some(schedule), _) => (SaidBy::option(format!("--schedule {schedule}")), schedule),
        (None, None) => (SaidBy::key("SCHEDULE", &parameters.schedule), &*parameters.schedule),
        (None, Some(path)) => {
            let schedule = &*parameters.schedule;
            let path = path.display();
            let by = format!("{path}: computed with {schedule:?}; name another with --schedule");
            (SaidBy::option(by), schedule)
        }
    };
    let wanted = wanted.trim().to_lowercase();
    let known = Schedules::all().named(&wanted);
    // A schedule implies a kind of device; one that both kinds have means the CPU unless a device is named.
    if matches!(device, Device::Any) && !known.cpu.is_empty() {
        device = Device::Cpu;
    } else if matches!(device, Device::Any) && !known.gpu.is_empty() {
        (device, how) = any_gpu(&said_by).await?;
    }
    let all = match device {
        Device::Cpu => Schedules::of_cpu(),
        Device::Gpu(_) => Schedules::of_gpu(),
        Device::Any => Schedules::all(),
    };
    // A device asked for on the command line outweighs a file that was made on another.
    let moved = request.backend.is_some() || request.device.is_some();
    let left = moved && request.schedule.is_none() && !known.is_empty();
    let named = all.named(&wanted);
    let schedules = match (wanted.as_str(), named.is_empty()) {
        ("auto", _) => all,
        (_, false) => named,
        (_, true) if left => all,
        _ => {
            let names: String = all.names().iter().map(|name| format!(", {name:?}")).collect();
            return Err(said_by.refuse(format!("; allowed on this device: \"auto\"{names}")));
        }
    };
    Ok(Choice { how, device, schedules })
}

async fn choose_device(
    request: &DeviceRequest<'_>,
    parameters: &Parameters,
) -> Result<(Device, String)> {
    let DeviceRequest { backend, device, checkpoint, .. } = *request;
    if let (None, None, Some(path)) = (backend, device, checkpoint) {
        return choose_again(&parameters.device, path).await;
    }
    let (device, said_by) = match device {
        Some(device) => (device, SaidBy::option(format!("--device {device}"))),
        // A backend asked for on the command line outweighs the file's device.
        None if backend.is_some() => ("auto", SaidBy::option("")),
        None => (&*parameters.device, SaidBy::key("DEVICE", &parameters.device)),
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
        (BackendKind::Auto, "cpu") => cpu(&said_by.to_string()),
        (BackendKind::Auto, "auto") => Ok((Device::Any, "auto".into())),
        (BackendKind::Gpu, "auto") => any_gpu(&SaidBy::option("--backend gpu")).await,
        (_, "") => {
            Err(said_by.refuse(" names nothing; allowed: auto, cpu, a number or a part of a name"))
        }
        (_, wanted) => chosen(named_gpu(wanted, &said_by).await?, &said_by.to_string()),
    }
}

/// The first real GPU.
async fn any_gpu(said_by: &SaidBy) -> Result<(Device, String)> {
    chosen(first_gpu(said_by).await?, &said_by.to_string())
}

/// The device that computed a checkpoint.
async fn choose_again(device: &str, checkpoint: &Path) -> Result<(Device, String)> {
    let how = "as before";
    if device == "cpu" {
        return Ok((Device::Cpu, how.into()));
    }
    let path = checkpoint.display();
    let said_by =
        SaidBy::option(format!("{path}: computed on {device:?}; name another with --device"));
    chosen(named_gpu(device, &said_by).await?, how)
}

fn chosen(adapter: Adapter, how: &str) -> Result<(Device, String)> {
    Ok((Device::Gpu(Box::new(adapter)), how.into()))
}

/// All devices to compare: the named one, else the CPU and every real GPU that --backend allows. None is the
/// CPU.
pub async fn devices(
    request: &DeviceRequest<'_>,
    parameters: &Parameters,
) -> Result<Vec<Option<Adapter>>> {
    let backend = request.backend.unwrap_or(BackendKind::Auto);
    let named = request.device.is_some_and(|device| !device.trim().eq_ignore_ascii_case("auto"));
    if named || backend == BackendKind::Cpu {
        let (device, _) = choose_device(request, parameters).await?;
        return Ok(vec![match device {
            Device::Gpu(adapter) => Some(*adapter),
            Device::Cpu | Device::Any => None,
        }]);
    }
    let mut devices: Vec<Option<Adapter>> = real_gpus().await.into_iter().map(Some).collect();
    match backend {
        BackendKind::Auto => devices.insert(0, None),
        // The error says what to do.
        BackendKind::Gpu | BackendKind::Cpu if devices.is_empty() => {
            drop(choose_device(request, parameters).await?);
        }
        BackendKind::Gpu | BackendKind::Cpu => {}
    }
    Ok(devices)
}
