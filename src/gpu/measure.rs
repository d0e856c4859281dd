//! How long a step takes.

use std::time::{Duration, Instant};

use super::engine::GpuBackend;
use super::epoch::Epoch;
use crate::backend::{Backend, Mark};
use crate::error::Result;

impl GpuBackend {
    /// The seconds of a step, from about `budget` of steps of the first epoch; the first submit, which
    /// pays for what is made once, is not counted. The state is the same afterwards.
    pub(super) fn time_steps(&mut self, budget: Duration) -> Result<f64> {
        self.take_snapshot()?;
        let pace = std::mem::replace(&mut self.pace, 1);
        let timed = self.time_submits(budget);
        // Software has no watchdog, and its pace is not learned.
        self.pace = if self.gpu.is_software { pace } else { self.pace };
        self.go_back(&Mark::OnDevice)?;
        timed
    }

    fn time_submits(&mut self, budget: Duration) -> Result<f64> {
        let mut epoch = Epoch::new(1);
        self.time_submit(&mut epoch)?;
        let (started, mut best) = (Instant::now(), f64::INFINITY);
        let mut most = 1;
        while started.elapsed() < budget {
            if epoch.step >= self.run.steps() {
                epoch = Epoch::new(1);
            }
            // Twice as many each time, so that what a submit costs beside its steps fades.
            most *= 2;
            self.pace = most.min(self.recorder.capacity);
            let (seconds, steps) = self.time_submit(&mut epoch)?;
            best = best.min(seconds / steps as f64);
            if seconds > budget.as_secs_f64() / 4.0 {
                most /= 2;
            }
        }
        Ok(best)
    }

    /// The seconds of one submit, and its steps.
    fn time_submit(&mut self, epoch: &mut Epoch) -> Result<(f64, u32)> {
        let (started, before) = (Instant::now(), epoch.step);
        self.submit_steps(epoch)?;
        while !epoch.running.is_empty() {
            self.finish_oldest(epoch)?;
        }
        Ok((started.elapsed().as_secs_f64(), epoch.step - before))
    }
}
