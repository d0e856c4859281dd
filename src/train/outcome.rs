//! An epoch, and a run's end, as training reports them.

use serde::{Deserialize, Serialize};

use super::stopping::Stop;
use crate::data::Split;
use crate::metrics::Figures;
use crate::run::ReplicaId;

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
    /// The learning rate of the epoch's last step; None where every step has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The replicas; a plain run has one.
    pub replicas: Vec<ReplicaOutcome>,
    /// Steps done, all replicas together.
    pub steps: u64,
    /// Where the time went.
    pub seconds: Seconds,
}

impl Outcome {
    /// A replica that has not reached its end.
    pub fn interrupted(&self) -> Option<&ReplicaOutcome> {
        self.replicas.iter().find(|replica| replica.stop == Stop::Interrupted)
    }
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

impl ReplicaOutcome {
    /// The figures of the best weights on the training rows.
    pub fn train(&self) -> Option<&Figures> {
        self.best[Split::Train as usize].as_ref()
    }

    /// The same on the validation rows, if there are any.
    pub fn validation(&self) -> Option<&Figures> {
        self.best[Split::Validation as usize].as_ref()
    }

    /// The same on the test rows, if there are any.
    pub fn test(&self) -> Option<&Figures> {
        self.best[Split::Test as usize].as_ref()
    }
}

/// Where the time of training went.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// Steps.
    pub train: f64,
    /// Validation after each epoch, and the evaluation of the best weights.
    pub evaluate: f64,
}
