//! `gpu-mlp train --resume`: goes on with a run that did not reach its end.

use std::path::{Path, PathBuf};

use crate::artifact::{SavedCheckpoint, StoredRun};
use crate::backend::Description;
use crate::candidates::{BackendKind, DeviceRequest};
use crate::error::Result;
use crate::run::{Parameters, Run};
use crate::train::Checkpoint;

/// A resumed run.
pub(super) struct Resumed {
    pub stored: StoredRun,
    /// None if the run was stopped before its first checkpoint.
    pub saved: Option<SavedCheckpoint>,
    /// The device and schedule that computed the epochs before.
    device: String,
    schedule: String,
}

impl Resumed {
    /// Reads the checkpoint, and puts its device and schedule into the parameters, in case the command line names no
    /// others. Another device may lack the schedule, so then it is auto.
    pub fn read(
        stored: StoredRun,
        run: &Run,
        parameters: &mut Parameters,
        request: &DeviceRequest,
    ) -> Result<Self> {
        let saved = stored.checkpoint(run)?;
        if let Some(SavedCheckpoint { description, .. }) = &saved {
            parameters.device.clone_from(&description.device);
            parameters.schedule.clone_from(&description.schedule);
        }
        let (device, schedule) = (parameters.device.clone(), parameters.schedule.clone());
        if names_another(request, &device) {
            parameters.schedule = "auto".into();
        }
        Ok(Resumed { stored, saved, device, schedule })
    }

    /// The file that names the device and the schedule, if it is not params.json.
    pub fn source(&self) -> Option<PathBuf> {
        self.saved
            .as_ref()
            .map(|_| self.stored.parameters().with_file_name("checkpoint.safetensors"))
    }

    /// The checkpoint to train from.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.saved.as_ref().map(|saved| saved.checkpoint.clone())
    }

    /// Says after which epoch the run goes on, and how exactly where the device is another one.
    pub fn note(&self, description: &Description) -> String {
        let mut note = match &self.saved {
            None => "resumed: there is no checkpoint yet, so the run begins at epoch 1\n".into(),
            Some(saved) => format!("resumed: after epoch {}\n", saved.checkpoint.progress.epoch),
        };
        let Description { device, schedule, .. } = description;
        if (device, schedule) != (&self.device, &self.schedule) {
            note += &format!(
                "note: {} (schedule {:?}) computed this run, and {device} (schedule {schedule:?}) goes \
                 on with it: losses will be the same to 1e-4, not to the bit\n",
                self.device, self.schedule
            );
        }
        note
    }
}

/// Whether the command line asks for a device that may be another one.
fn names_another(request: &DeviceRequest, device: &str) -> bool {
    match (request.device, request.backend) {
        (Some(wanted), _) => !wanted.trim().eq_ignore_ascii_case(device),
        (None, Some(BackendKind::Cpu)) => device != "cpu",
        (None, backend) => backend.is_some(),
    }
}

/// The command that goes on with the run in `directory`.
pub(super) fn command(directory: &Path) -> String {
    format!("gpu-mlp train --resume {}", quoted(&directory.display().to_string()))
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+,:@%".contains(c));
    if is_plain && !text.is_empty() {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_s_name_is_one_word_of_the_command() {
        assert_eq!(command(Path::new("runs/a-1")), "gpu-mlp train --resume runs/a-1");
        assert_eq!(command(Path::new("my run's")), r"gpu-mlp train --resume 'my run'\''s'");
    }
}
