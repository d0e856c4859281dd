//! The listeners of a training: its printer, its bar, and its directory.

use super::progress::RunProgress;
use crate::artifact::RunDirectory;
use crate::backend::State;
use crate::error::Result;
use crate::train::{Checkpoint, EpochRow, Observer, Outcome};

/// Prints nothing.
pub(super) struct Silence;

impl Observer for Silence {}

/// All listeners of a run.
pub(super) struct Listeners<'a, 'b> {
    pub printer: Box<dyn Observer>,
    pub progress: RunProgress,
    pub directory: &'a mut RunDirectory<'b>,
}

impl Observer for Listeners<'_, '_> {
    fn progress(&mut self, epoch: u32, step: u32, steps: u32) {
        self.progress.progress(epoch, step, steps);
    }

    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.progress.epoch(row)?;
        // The history has the epoch, even if printing it fails.
        self.directory.epoch(row)?;
        self.printer.epoch(row)
    }

    fn checkpoint_due(&self, epoch: u32) -> bool {
        self.directory.checkpoint_due(epoch)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.directory.checkpoint(checkpoint)
    }

    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        self.directory.finished(outcome, state)
    }
}
