//! How much work a submit holds: as much as the watchdogs of drivers allow, learned from the submits before.

use crate::clock::Duration;

/// Work of a submit: desktop drivers lose a device that is silent for seconds.
const SUBMIT: Duration = Duration::from_millis(100);

/// Steps of training, and blocks of evaluation, that the next submit holds: they take different times.
pub(super) struct Pacer {
    steps: usize,
    blocks: usize,
    capacity: usize,
    /// Software has no watchdog.
    learns: bool,
}

impl Pacer {
    /// For submits of `capacity` steps at the most. Nothing is known of a GPU's speed before its first step.
    pub fn new(capacity: usize, is_software: bool) -> Self {
        let first = if is_software { capacity } else { 1 };
        Pacer { steps: first, blocks: first, capacity, learns: !is_software }
    }

    /// Steps of the next submit.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Blocks of an evaluation in its next submit.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Learns that a step took so many seconds.
    pub fn step_took(&mut self, seconds: f64) {
        if self.learns {
            self.steps = paced(self.steps, seconds, self.capacity);
        }
    }

    /// Learns that a block of an evaluation took so many seconds.
    pub fn block_took(&mut self, seconds: f64) {
        if self.learns {
            self.blocks = paced(self.blocks, seconds, self.capacity);
        }
    }

    /// Learns how long a step takes from a measurement that what is made once is no part of.
    pub fn step_measured(&mut self, seconds: f64) {
        if self.learns {
            self.steps = fitting(seconds).clamp(1, self.capacity);
        }
    }
}

/// Steps of so many seconds each that fit a submit.
fn fitting(seconds: f64) -> usize {
    (SUBMIT.as_secs_f64() / seconds.max(1e-7)) as usize
}

/// As many as fit, and at most twice as many as before, because the first pay for what is made once.
fn paced(before: usize, seconds: f64, capacity: usize) -> usize {
    fitting(seconds).clamp(1, (2 * before).min(capacity))
}
