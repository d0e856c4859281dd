//! Decides when a checkpoint is written.

use crate::clock::{Duration, Instant};

/// The least time between two checkpoints, where the user names no epochs. A killed process or a lost device
/// loses at most this and one epoch.
const INTERVAL: Duration = Duration::from_secs(10);
/// The least multiple of the last checkpoint's writing time: writing takes at most a hundredth of the time.
const SHARE: u32 = 100;

/// Decides whether a checkpoint is due.
pub(super) struct Pace {
    /// The epochs from one checkpoint to the next, where the user names them.
    pub every: Option<u32>,
    /// When the last checkpoint was written, or the run began.
    last: Instant,
    /// How long the last writing took.
    cost: Duration,
}

impl Pace {
    pub fn new() -> Self {
        Pace { every: None, last: Instant::now(), cost: Duration::ZERO }
    }

    /// Whether a checkpoint is due at the end of `epoch`.
    pub fn is_due(&self, epoch: u32) -> bool {
        match self.every {
            Some(epochs) => epoch.is_multiple_of(epochs),
            None => is_time(self.last.elapsed(), self.cost),
        }
    }

    /// A checkpoint was written; writing began at `start`.
    pub fn written(&mut self, start: Instant) {
        (self.last, self.cost) = (Instant::now(), start.elapsed());
    }
}

fn is_time(since: Duration, cost: Duration) -> bool {
    since >= INTERVAL.max(cost.saturating_mul(SHARE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_itself_ten_seconds_after_the_last_and_in_a_hundredth_of_the_time() {
        let (second, tenth) = (Duration::from_secs(1), Duration::from_millis(100));
        assert!(!is_time(9 * second, Duration::ZERO));
        assert!(is_time(10 * second, Duration::ZERO) && is_time(10 * second, tenth));
        assert!(!is_time(99 * second, second) && is_time(100 * second, second));
    }

    #[test]
    fn at_the_multiples_of_what_the_user_asks_for() {
        let pace = Pace { every: Some(3), ..Pace::new() };
        let due: Vec<u32> = (1..8).filter(|&epoch| pace.is_due(epoch)).collect();
        assert_eq!(due, [3, 6]);
    }
}
