//! The amount of work per submit: as much as the watchdogs of drivers allow, learned from the submits before.

use crate::clock::Duration;

/// The time of a submit: desktop drivers lose a device that is silent for seconds.
const SUBMIT: Duration = Duration::from_millis(100);

/// The steps of training, and the blocks of evaluation, of the next submit: their times differ.
pub(super) struct Pacer {
    steps: usize,
    blocks: usize,
    capacity: usize,
    /// Software has no watchdog.
    learns: bool,
}

impl Pacer {
    /// A pacer for submits of at most `capacity` steps. The first submit of a GPU, whose speed is unknown, has one.
    pub fn new(capacity: usize, is_software: bool) -> Self {
        let first = if is_software { capacity } else { 1 };
        Pacer { steps: first, blocks: first, capacity, learns: !is_software }
    }

    /// Steps of the next submit.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Blocks of the next submit of an evaluation.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Learns the seconds of a step.
    pub fn step_took(&mut self, seconds: f64) {
        if self.learns {
            self.steps = paced(self.steps, seconds, self.capacity);
        }
    }

    /// Learns the seconds of a block of an evaluation.
    pub fn block_took(&mut self, seconds: f64) {
        if self.learns {
            self.blocks = paced(self.blocks, seconds, self.capacity);
        }
    }

    /// Learns the seconds of a step from a measurement without one-time work.
    pub fn step_measured(&mut self, seconds: f64) {
        if self.learns {
            self.steps = fitting(seconds).clamp(1, self.capacity);
        }
    }
}

/// The number of steps of `seconds` each that fit a submit.
fn fitting(seconds: f64) -> usize {
    (SUBMIT.as_secs_f64() / seconds.max(1e-7)) as usize
}

/// As many as fit, and at most twice as many as before, because the first steps pay for one-time work.
fn paced(before: usize, seconds: f64, capacity: usize) -> usize {
    fitting(seconds).clamp(1, (2 * before).min(capacity))
}
