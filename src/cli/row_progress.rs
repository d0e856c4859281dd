//! The number of rows done, on a terminal.

use std::fmt::Write;

use crate::clock::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};

/// A bar on standard error; nothing where that is no terminal (indicatif sees to it). Dropping it clears it.
pub(super) struct RowProgress(ProgressBar);

impl RowProgress {
    /// The bar of `total` rows, where their number is known.
    pub fn new(total: Option<usize>) -> Self {
        let (bar, template) = match total {
            Some(total) => {
                let bar = ProgressBar::new(total as u64);
                (bar, "[{bar:30}] {human_pos} of {human_len} rows, {eta} to go")
            }
            None => (ProgressBar::new_spinner(), "{human_pos} rows, {speed} a second"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let speed = |state: &ProgressState, out: &mut dyn Write| {
                // Nothing to do about text that can't be shown.
                let _ = write!(out, "{}", HumanCount(state.per_sec() as u64));
            };
            bar.set_style(style.progress_chars("=> ").with_key("speed", speed));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        RowProgress(bar)
    }

    pub fn done(&self, rows: u64) {
        self.0.set_position(rows);
    }
}

impl Drop for RowProgress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
