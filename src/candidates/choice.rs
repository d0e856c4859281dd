//! What may compute a run, and what does.

use std::sync::Arc;

use super::find::unasked;
use super::race::{CandidateResult, Race, race};
use super::schedules::Schedules;
use crate::backend::{Infer, Train, Trained};
use crate::cpu::CpuInference;
use crate::error::Result;
use crate::gpu::{Adapter, GpuInference};
use crate::run::Run;

/// What may compute, and the words that say why.
pub struct Choice {
    /// How it was chosen.
    pub how: String,
    /// The device.
    pub device: Device,
    /// The device's schedules.
    pub schedules: Schedules,
}

/// The device that may compute.
pub enum Device {
    /// The CPU.
    Cpu,
    /// A GPU.
    Gpu(Box<Adapter>),
    /// The CPU, or a GPU where a run is long enough to look for one.
    Any,
}

/// What computes.
pub struct Opened {
    /// At the run's initial weights.
    pub backend: Box<dyn Train>,
    /// How it was chosen.
    pub how: String,
    /// All candidates that were looked at.
    pub candidates: Vec<CandidateResult>,
}

impl Choice {
    /// Opens the fastest of what may compute, at the run's initial weights. An error if nothing can run it.
    pub async fn open(self, run: &Arc<Run>) -> Result<Opened> {
        let Choice { how, device, schedules } = self;
        let adapter = async || match device {
            Device::Cpu => Err("no GPU was asked for".into()),
            Device::Gpu(adapter) => Ok(*adapter),
            Device::Any => unasked().await,
        };
        let Race { backend, candidates, how: raced } = race(run, &schedules, adapter).await?;
        let how = if raced.is_empty() { how } else { format!("{how}: {raced}") };
        Ok(Opened { backend, how, candidates })
    }

    /// Opens what computes predictions. The CPU does so in f64, because where a row's sums cancel f32
    /// loses the digits that other programs are compared in; a GPU is one that was asked for: reading rows
    /// takes longer than computing them.
    pub async fn open_for_predictions(self, trained: Trained) -> Result<Box<dyn Infer>> {
        Ok(match self.device {
            Device::Gpu(adapter) => {
                Box::new(GpuInference::new(adapter.open().await?, trained).await?)
            }
            Device::Cpu | Device::Any => Box::new(CpuInference::<f64>::new(trained)?),
        })
    }
}
