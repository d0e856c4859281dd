//! The progress of a run, and the checkpoint that resumes it.

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
    /// The backend's state.
    pub state: State,
    /// The training's progress.
    pub progress: Progress,
}

/// A run's progress so far.
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

/// A replica's progress so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicaProgress {
    /// What the stopping rules remember of it.
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

    /// A replica's progress so far.
    pub fn of(&self, id: ReplicaId) -> &ReplicaProgress {
        &self.replicas[id.0]
    }

    /// The epochs of the first replica: those of a run's history.
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
        let epochs = progress.replicas.iter().map(|replica| u64::from(replica.epochs)).sum();
        let fits = (0..run.replicas.len()).all(|r| self.fits(ReplicaId(r), run));
        if !fits || progress.steps > most_steps(run, epochs) {
            return Err(Error::input("its numbers contradict each other"));
        }
        if progress.live().is_empty() || progress.epoch >= run.max_epochs() {
            return Err(Error::input("nothing is left to train"));
        }
        Ok(())
    }

    /// Whether the numbers of a replica fit each other.
    fn fits(&self, id: ReplicaId, run: &Run) -> bool {
        let (replica, state) = (self.progress.of(id), &self.state.replicas[id.0]);
        let live = replica.stop.is_none();
        let has_its_last = replica.last.as_ref().is_some_and(|row| {
            row.replica == id
                && row.epoch == replica.epochs
                && row.train.scores.task() == run.network.task()
        });
        live == state.live
            && has_its_last
            && replica.epochs <= self.progress.epoch
            && replica.judge.has_seen_at_most(replica.epochs)
            && state.steps <= most_steps(run, replica.epochs.into())
            && (replica.epochs == self.progress.epoch || !live)
            && replica.best_epoch.is_none_or(|best| best <= replica.epochs)
    }
}

/// The most steps of so many epochs.
fn most_steps(run: &Run, epochs: u64) -> u64 {
    epochs.saturating_mul(u64::from(run.steps()))
}
