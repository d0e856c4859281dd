//! A progress bar within long epochs, on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Result;
use crate::train::{EpochRow, Observer};

/// On standard error; nothing at all where that is no terminal (indicatif sees to it).
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn new() -> Self {
        Progress { bar: None }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn progress(&mut self, epoch: u32, step: u32, steps: u32) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(u64::from(steps));
            let template = "epoch {msg} [{bar:30}] step {pos}/{len}, {eta} to go";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(epoch.to_string());
        bar.set_length(u64::from(steps));
        bar.set_position(u64::from(step));
    }

    fn epoch(&mut self, _row: &EpochRow) -> Result<()> {
        self.clear();
        Ok(())
    }
}
