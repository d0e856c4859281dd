//! The device and schedules that may compute a run, and the backend that does.

use std::sync::Arc;

use super::find::unasked;
use super::looking::CandidateResult;
use super::race::{Race, race};
use super::schedules::Schedules;
use crate::backend::{Infer, Train, Trained};
use crate::cpu::CpuInference;
use crate::error::Result;
use crate::gpu::{Adapter, GpuInference};
use crate::run::Run;

/// The device and schedules that may compute, and the words that say why.
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

/// The backend that computes.
pub struct Opened {
    /// The backend, at the run's initial weights.
    pub backend: Box<dyn Train>,
    /// How it was chosen.
    pub how: String,
    /// All candidates that were looked at.
    pub candidates: Vec<CandidateResult>,
}

impl Choice {
    /// Opens the fastest candidate, at the run's initial weights. An error if none can run it.
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

    /// Opens a backend for predictions. The CPU computes them in f64: where a row's sums cancel, f32 loses digits
    /// that comparisons with other programs show. A GPU only if asked for: reading rows takes longer than computing.
    pub async fn open_for_predictions(self, trained: Trained) -> Result<Box<dyn Infer>> {
        Ok(match self.device {
            Device::Gpu(adapter) => {
                Box::new(GpuInference::new(adapter.open().await?, trained).await?)
            }
            Device::Cpu | Device::Any => Box::new(CpuInference::<f64>::new(trained)?),
        })
    }
}
