//! The time that looking for the fastest candidate may take, and its results.

use crate::clock::{Duration, Instant};
use crate::run::Run;

/// The time for which a candidate is timed.
pub(super) const MEASURED: Duration = Duration::from_millis(20);
/// A GPU is looked at only for a run of more seconds than this.
pub(super) const LONG: f64 = 5.0;
/// The share of a run that looking for its fastest schedule may take.
pub(super) const SHARE: f64 = 0.1;

/// A candidate of a race, and its result.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateResult {
    /// The device's name.
    pub device: String,
    /// The schedule's name.
    pub schedule: String,
    /// Dispatches per step; None on the CPU.
    pub dispatches: Option<f64>,
    /// Seconds per step, or why there are none.
    pub result: Result<f64, String>,
}

/// The time that looking for the fastest schedule may take.
#[derive(Clone, Copy)]
pub(super) struct Looking {
    /// When the looking began.
    pub started: Instant,
    /// Seconds of the whole run, once a candidate was timed.
    pub predicted: Option<f64>,
}

impl Looking {
    /// Whether that time is spent.
    pub fn is_spent(&self) -> bool {
        let spent = self.started.elapsed().as_secs_f64();
        self.predicted.is_some_and(|whole| spent > SHARE * whole)
    }
}

/// The seconds of a run that goes on to its last epoch, at `step` seconds per step.
pub(super) fn whole(run: &Run, step: f64) -> f64 {
    step * f64::from(run.steps()) * f64::from(run.max_epochs())
}
