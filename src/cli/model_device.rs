//! The device that computes a trained model's predictions.

use crate::backend::{Infer, Trained};
use crate::candidates::{BackendKind, DeviceRequest, choose};
use crate::error::Result;
use crate::run::Parameters;

/// The options of commands that use a model.
#[derive(clap::Args)]
pub(super) struct ModelDevice {
    /// What computes [default: cpu]
    #[arg(long, value_enum)]
    backend: Option<BackendKind>,
    /// Which device computes: auto, cpu, or a GPU's number or part of its name (see `gpu-mlp devices`)
    /// [default: cpu]
    #[arg(long)]
    device: Option<String>,
}

impl ModelDevice {
    /// The request where a run's own device and schedule are the default.
    pub fn request(&self) -> DeviceRequest<'_> {
        DeviceRequest {
            backend: self.backend,
            device: self.device.as_deref(),
            ..DeviceRequest::default()
        }
    }

    /// A function that opens the device on a model. Without options it is the CPU: reading the rows takes longer than
    /// computing them.
    pub async fn opener(&self) -> Result<impl AsyncFnOnce(Trained) -> Result<Box<dyn Infer>>> {
        let nothing_said = self.backend.is_none() && self.device.is_none();
        let request = DeviceRequest {
            backend: if nothing_said { Some(BackendKind::Cpu) } else { self.backend },
            device: self.device.as_deref(),
            // Schedules differ in their steps; predictions have none.
            schedule: Some("layered"),
            checkpoint: None,
        };
        // No parameter file: these have the device "auto".
        let defaults = Parameters::new(vec![]).learning_rate(1.0).max_epochs(1).batch_size(1);
        let choice = choose(&request, &defaults).await?;
        Ok(async move |trained| choice.open_for_predictions(trained).await)
    }
}
