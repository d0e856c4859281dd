//! What training tells those who listen.

use serde::{Deserialize, Serialize};

use super::{Checkpoint, Figures, Stop};
use crate::backend::{ReplicaId, State};
use crate::error::Result;

/// Listens to a run: a table on the terminal, a file, a progress bar.
pub trait Observer {
    /// An epoch is under way: `step` of its `steps` are done.
    fn progress(&mut self, _epoch: u32, _step: u32, _steps: u32) {}

    /// An epoch of a replica is over. An error ends the training, not the run: what was reached is
    /// still reported to [`Observer::finished`].
    fn epoch(&mut self, _row: &EpochRow) -> Result<()> {
        Ok(())
    }

    /// Whether a checkpoint is wanted at the end of `epoch`; asked before, too, so that a block of
    /// epochs ends there.
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

/// One epoch of one replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRow {
    /// The replica.
    pub replica: ReplicaId,
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// The running means over the training rows, each taken before its step.
    pub train: Figures,
    /// |loss - loss of the epoch before|; infinite in the first.
    #[serde(with = "crate::number")]
    pub train_loss_change: f64,
    /// The validation rows after the epoch; None if there are none.
    pub validation: Option<Figures>,
    /// As `train_loss_change`, of the validation.
    #[serde(with = "crate::number")]
    pub validation_loss_change: f64,
    /// Epochs since the best validation accuracy or R².
    pub patience: u32,
    /// The epoch's duration, validation included.
    pub seconds: f64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// A plain run has one.
    pub replicas: Vec<ReplicaOutcome>,
    /// Steps done, all replicas together.
    pub steps: u64,
    /// Where the time went.
    pub seconds: Seconds,
}

/// How one replica ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaOutcome {
    /// Why it stopped.
    pub stop: Stop,
    /// Its epochs.
    pub epochs: u32,
    /// The epoch of the best weights; None if no epoch ended with finite losses.
    pub best_epoch: Option<u32>,
    /// Its last epoch.
    pub last: Option<EpochRow>,
    /// The figures of the best weights on train, validation and test rows, where there are any.
    pub best: [Option<Figures>; 3],
}

/// Where the time of training went.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// Steps.
    pub train: f64,
    /// Validation after each epoch, and the evaluation of the best weights.
    pub evaluate: f64,
}
