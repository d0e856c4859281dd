//! The events of a training, for listeners.

use super::outcome::{EpochRow, Outcome};
use super::progress::Checkpoint;
use crate::backend::State;
use crate::error::Result;

/// Listens to a run: a table on the terminal, a file, a progress bar.
pub trait Observer {
    /// An epoch is under way: `step` of its `steps` are done.
    fn progress(&mut self, _epoch: u32, _step: u32, _steps: u32) {}

    /// An epoch of a replica is over. An error ends the training, not the run: [`Observer::finished`] still
    /// gets the result so far.
    fn epoch(&mut self, _row: &EpochRow) -> Result<()> {
        Ok(())
    }

    /// Whether a checkpoint is due at the end of `epoch`; training also asks ahead, so that a block of epochs
    /// ends there.
    fn checkpoint_due(&self, _epoch: u32) -> bool {
        false
    }

    /// The run as it stands between two epochs: where one is due, where the user interrupts it, and
    /// where a listener fails.
    fn checkpoint(&mut self, _checkpoint: &Checkpoint) -> Result<()> {
        Ok(())
    }

    /// Training is over; `state` holds the best weights.
    fn finished(&mut self, _outcome: &Outcome, _state: &State) -> Result<()> {
        Ok(())
    }
}
