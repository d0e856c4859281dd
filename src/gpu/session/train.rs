//! The training steps of a schedule: its dispatches, and the steps per dispatch.

use crate::error::{Error, Result};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::limits::{ITERATIONS, WORKGROUPS};
use crate::gpu::session::record::Work;
use crate::gpu::session::workspace::Gathered;

/// The dispatches of a schedule.
pub(in crate::rooms::gpu) struct TrainingSteps {
    /// Gathers the rows of several steps; None if each step gathers its own.
    pub ahead: Option<Ahead>,
    /// The dispatches of `steps` steps.
    pub dispatches: Vec<Dispatch>,
    /// The most steps that the dispatches make.
    pub steps: usize,
}

/// The rows of several steps, gathered before them.
pub(in crate::rooms::gpu) struct Ahead {
    pub gathered: Gathered,
    pub dispatches: Vec<Dispatch>,
    pub steps: usize,
}

impl TrainingSteps {
    /// Dispatches per step, on average if a dispatch makes many.
    pub fn dispatches_a_step(&self) -> f64 {
        let own = self.dispatches.len() as f64 / self.steps as f64;
        own + self.ahead.as_ref().map_or(0.0, |a| a.dispatches.len() as f64 / a.steps as f64)
    }

    /// All dispatches, for checks.
    pub fn all(&self) -> impl Iterator<Item = &Dispatch> {
        self.ahead.iter().flat_map(|ahead| &ahead.dispatches).chain(&self.dispatches)
    }

    /// The work of `count` steps, the first of which has entry 0; entries that gather rows ahead come after those of
    /// `capacity` steps.
    pub fn work(&self, count: usize, capacity: usize) -> Vec<Work<'_>> {
        let mut work = vec![];
        let ahead = self.ahead.as_ref().map_or(self.steps, |ahead| ahead.steps);
        for first in (0..count).step_by(ahead) {
            if let Some(ahead) = &self.ahead {
                let entry = capacity + first / ahead.steps;
                work.push(Work { entry: entry as u32, dispatches: &ahead.dispatches });
            }
            for own in (first..count.min(first + ahead)).step_by(self.steps) {
                work.push(Work { entry: own as u32, dispatches: &self.dispatches });
            }
        }
        work
    }

    /// Steps whose rows are gathered together; 0 if each step gathers its own.
    pub fn gathered_together(&self) -> usize {
        self.ahead.as_ref().map_or(0, |ahead| ahead.steps)
    }
}

/// Refuses dispatches that are larger than the device allows.
pub(in crate::rooms::gpu) fn check<'a>(
    gpu: &Gpu,
    dispatches: impl Iterator<Item = &'a Dispatch>,
) -> Result<()> {
    let (mut widest, mut most) = (0, 0);
    for dispatch in dispatches {
        widest = dispatch.workgroups.into_iter().fold(widest, u32::max);
        most = most.max(dispatch.iterations);
    }
    if widest as usize > WORKGROUPS {
        return Err(Error::unfit(format!(
            "a kernel would take {widest} workgroups in one dimension, and devices take \
             {WORKGROUPS}; use --device cpu, narrower layers, or a smaller BATCH_SIZE"
        ))
        .within(&gpu.name));
    }
    if gpu.is_software && most > ITERATIONS {
        return Err(Error::unfit(format!(
            "a kernel would make {most} turns of a loop, and software drivers can be trusted with \
             {ITERATIONS}; use --device cpu, a smaller BATCH_SIZE, or narrower layers"
        ))
        .within(&gpu.name));
    }
    Ok(())
}
