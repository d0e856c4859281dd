//! How far a run has come, and where it can be taken up again.

use serde::{Deserialize, Serialize};

use super::outcome::{EpochRow, Seconds};
use super::stopping::{Judge, Stop};
use crate::backend::State;
use crate::error::{Error, Result};
use crate::metrics::Figures;
use crate::run::{ReplicaId, Run};

/// A run between two epochs: all that the next one depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// What the backend holds.
    pub state: State,
    /// What training knows.
    pub progress: Progress,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The last epoch that is over; 0 before the first.
    pub epoch: u32,
    /// The replicas, in order.
    pub replicas: Vec<ReplicaProgress>,
    /// Steps done, all replicas together.
    pub steps: u64,
    /// Where the time went.
    pub seconds: Seconds,
}

/// How far a replica has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicaProgress {
    /// What the stopping rules have seen of it.
    pub judge: Judge,
    /// Why it stopped, if it has.
    pub stop: Option<Stop>,
    /// Its epochs.
    pub epochs: u32,
    /// The epoch of the best weights.
    pub best_epoch: Option<u32>,
    /// The validation of the best epoch.
    pub best: Option<Figures>,
    /// Its last epoch.
    pub last: Option<EpochRow>,
}

impl Progress {
    /// Before the first epoch.
    pub fn new(run: &Run) -> Self {
        let replica = ReplicaProgress {
            judge: Judge::new(),
            stop: None,
            epochs: 0,
            best_epoch: None,
            best: None,
            last: None,
        };
        let replicas = vec![replica; run.replicas.len()];
        Progress { epoch: 0, replicas, steps: 0, seconds: Seconds::default() }
    }

    /// The replicas that still train.
    pub fn live(&self) -> Vec<ReplicaId> {
        let all = (0..self.replicas.len()).map(ReplicaId);
        all.filter(|id| self.of(*id).stop.is_none()).collect()
    }

    /// How far a replica has come.
    pub fn of(&self, id: ReplicaId) -> &ReplicaProgress {
        &self.replicas[id.0]
    }

    /// The epochs of the first replica, which a run's history tells of.
    pub fn epochs_of_first(&self) -> u32 {
        self.replicas.first().map_or(0, |replica| replica.epochs)
    }

    pub(super) fn interrupt(&mut self) {
        for replica in self.replicas.iter_mut().filter(|r| r.stop.is_none()) {
            replica.stop = Some(Stop::Interrupted);
        }
    }
}

impl Checkpoint {
    /// Refuses what does not fit the run or itself, and what leaves nothing to train.
    pub fn check(&self, run: &Run) -> Result<()> {
        self.state.check(&run.plan, run.optimizer().slots(), run.replicas.len())?;
        let progress = &self.progress;
        if progress.replicas.len() != run.replicas.len() {
            return Err(Error::input("its number of replicas is not that of the run"));
        }
        let steps_of = |epochs: u64| epochs.saturating_mul(u64::from(run.steps()));
        let fits = |r: usize| {
            let (replica, state) = (&progress.replicas[r], &self.state.replicas[r]);
            let live = replica.stop.is_none();
            let last = replica.last.as_ref();
            let is_last = |row: &EpochRow| {
                row.replica == ReplicaId(r)
                    && row.epoch == replica.epochs
                    && row.train.scores.task() == run.network.task()
            };
            live == state.live
                && last.is_some_and(is_last)
                && replica.epochs <= progress.epoch
                && replica.judge.has_seen_at_most(replica.epochs)
                && state.steps <= steps_of(replica.epochs.into())
                && (replica.epochs == progress.epoch || !live)
                && replica.best_epoch.is_none_or(|best| best <= replica.epochs)
        };
        let epochs = progress.replicas.iter().map(|replica| u64::from(replica.epochs)).sum();
        if !(0..run.replicas.len()).all(fits) || progress.steps > steps_of(epochs) {
            return Err(Error::input("its numbers contradict each other"));
        }
        if progress.live().is_empty() || progress.epoch >= run.max_epochs() {
            return Err(Error::input("nothing is left to train"));
        }
        Ok(())
    }
}
