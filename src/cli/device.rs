//! What computes: the choice of --backend, --device and the parameter file.

use std::sync::Arc;

use clap::ValueEnum;

use crate::backend::Backend;
use crate::cpu::Cpu;
use crate::error::{Error, Result};
use crate::params::{Parameters, Run};

/// The kinds of backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BackendKind {
    /// The fastest there is
    Auto,
    /// A GPU
    Gpu,
    /// The CPU
    Cpu,
}

/// A backend, and the line that says how it was chosen. So far there is one.
pub(super) struct Choice {
    pub how: String,
}

/// Chooses before anything is computed; a choice that can't be met is an error.
pub(super) fn choose(
    backend: Option<BackendKind>,
    device: Option<&str>,
    parameters: &Parameters,
) -> Result<Choice> {
    let (device, said_by, found) = match device {
        Some(device) => (device, format!("--device {device}"), format!("--device {device}")),
        None => {
            let device = &parameters.device;
            (device.as_str(), format!("DEVICE {device:?}"), format!("DEVICE: found {device:?}"))
        }
    };
    if !["auto", "layered"].contains(&parameters.schedule.to_lowercase().as_str()) {
        return Err(Error::input(format!(
            "SCHEDULE: found {:?}; allowed: \"auto\", \"layered\"",
            parameters.schedule
        )));
    }
    let only = "this version computes on the CPU only; use --backend cpu";
    let how = match (backend, device.to_lowercase().as_str()) {
        (Some(BackendKind::Gpu), _) => {
            return Err(Error::input(format!("--backend gpu: found no GPU backend: {only}")));
        }
        (Some(BackendKind::Cpu), "cpu" | "auto") => "--backend cpu".into(),
        (_, "cpu") => said_by,
        (_, "auto") => "auto: this version computes on the CPU only".into(),
        _ => return Err(Error::input(format!("{found}; allowed in this version: auto, cpu"))),
    };
    Ok(Choice { how })
}

impl Choice {
    /// Opens the backend at the run's initial weights.
    pub fn open(&self, run: Arc<Run>) -> Box<dyn Backend> {
        Box::new(Cpu::<f32>::new(run))
    }
}
