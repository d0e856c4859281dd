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

/// A backend, and the line that says how it was chosen.
pub(super) struct Choice {
    pub how: String,
    kind: BackendKind,
}

/// Chooses before anything is computed; a choice that can't be met is an error.
pub(super) fn choose(
    backend: Option<BackendKind>,
    device: Option<&str>,
    parameters: &Parameters,
) -> Result<Choice> {
    let (device, said_by) = match device {
        Some(device) => (device, format!("--device {device}")),
        None => (parameters.device.as_str(), format!("DEVICE: found {:?}", parameters.device)),
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
        _ => return Err(Error::input(format!("{said_by}: there is only cpu: {only}"))),
    };
    Ok(Choice { how, kind: BackendKind::Cpu })
}

impl Choice {
    /// Opens the backend at the run's initial weights.
    pub fn open(&self, run: Arc<Run>) -> Box<dyn Backend> {
        match self.kind {
            BackendKind::Auto | BackendKind::Gpu | BackendKind::Cpu => {
                Box::new(Cpu::<f32>::new(run))
            }
        }
    }
}
