//! How long a step takes.

use std::time::{Duration, Instant};

use super::backend::GpuBackend;
use super::epoch::SUBMIT;
use crate::backend::{Backend, Mark};
use crate::error::Result;
use crate::gpu::session::record::Pass;

impl GpuBackend {
    /// The seconds of a step, from about `budget` of steps; the first submit, which pays for what is made
    /// once, is not counted. The state is the same afterwards.
    pub(in crate::gpu) fn time_steps(&mut self, budget: Duration) -> Result<f64> {
        self.take_snapshot()?;
        let timed = self.time_submits(budget);
        self.go_back(&Mark::OnDevice)?;
        let seconds = timed?;
        if !self.gpu.is_software {
            let fitting = (SUBMIT.as_secs_f64() / seconds.max(1e-7)) as usize;
            self.pace = fitting.clamp(1, self.recorder.capacity);
        }
        Ok(seconds)
    }

    fn time_submits(&mut self, budget: Duration) -> Result<f64> {
        self.time_submit(1)?;
        let (started, mut steps) = (Instant::now(), 1);
        loop {
            let a_step = self.time_submit(steps)? / steps as f64;
            let left = budget.saturating_sub(started.elapsed()).as_secs_f64();
            // Twice as many, so that what a submit costs beside its steps fades, while there is time.
            let next = (2 * steps).min(self.recorder.capacity);
            if left < next as f64 * a_step {
                return Ok(a_step);
            }
            steps = next;
        }
    }

    /// The seconds of one submit of so many steps: those of the first epoch, again and again.
    fn time_submit(&mut self, steps: usize) -> Result<f64> {
        let started = Instant::now();
        let (all, mut left, mut passes) = (self.run.steps(), steps as u32, vec![]);
        while left > 0 {
            let number = left.min(all);
            let data = (&*self.run, &self.data.lists);
            let work = self.network.train.work(data, &self.replicas, 1, 0..number);
            passes.push(Pass::from(work));
            left -= number;
        }
        let submitted = self.recorder.submit(&self.gpu, &passes);
        self.gpu.wait_for(submitted)?;
        Ok(started.elapsed().as_secs_f64())
    }
}
