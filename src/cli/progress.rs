//! The progress of a long run, and the time it has left, on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::{Duration, Instant};
use crate::error::Result;
use crate::train::{EpochRow, Observer};

/// A bar on standard error; nothing where that is no terminal (indicatif sees to it).
pub(super) struct RunProgress {
    bar: Option<ProgressBar>,
    /// The first progress reported, in epochs, and its time.
    first: Option<(f64, Instant)>,
    max_epochs: u32,
}

impl RunProgress {
    /// The bar of a run of at most `max_epochs` epochs.
    pub fn new(max_epochs: u32) -> Self {
        RunProgress { bar: None, first: None, max_epochs }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for RunProgress {
    fn progress(&mut self, epoch: u32, step: u32, steps: u32) {
        let done = f64::from(epoch) - 1.0 + f64::from(step) / f64::from(steps.max(1));
        let (first, began) = *self.first.get_or_insert_with(|| (done, Instant::now()));
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(u64::from(steps));
            let template = "epoch {msg} [{bar:20}] step {pos}/{len}, {prefix}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(format!("{epoch}/{}", self.max_epochs));
        bar.set_length(u64::from(steps));
        bar.set_position(u64::from(step));
        let left = f64::from(self.max_epochs) - done;
        bar.set_prefix(to_go(began.elapsed(), done - first, left));
    }

    fn epoch(&mut self, _row: &EpochRow) -> Result<()> {
        self.clear();
        Ok(())
    }
}

/// The time of the `left` epochs of a run whose `done` epochs took `elapsed`: a stopping rule may end it sooner.
fn to_go(elapsed: Duration, done: f64, left: f64) -> String {
    // A century or more is no answer.
    let seconds = Some(elapsed.as_secs_f64() * left / done).filter(|s| (0.0..3e9).contains(s));
    match seconds {
        Some(seconds) => {
            let left = indicatif::HumanDuration(Duration::from_secs_f64(seconds));
            format!("{left:#} to go at most")
        }
        None => "time left unknown".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_the_run() {
        let elapsed = Duration::from_secs(30);
        assert_eq!(to_go(elapsed, 1.5, 8.5), "3m to go at most");
        assert_eq!(to_go(elapsed, 0.0, 10.0), "time left unknown");
        assert_eq!(to_go(elapsed, 1e-9, 4e9), "time left unknown");
    }
}
