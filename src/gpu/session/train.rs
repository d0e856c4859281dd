//! The training steps of a schedule: what is dispatched, and for how many steps at once.

use crate::backend::ReplicaState;
use crate::error::{Error, Result};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::limits::{TURNS, WORKGROUPS};
use crate::gpu::session::record::Work;
use crate::gpu::session::steps::{Lists, Step, together, train_step};
use crate::gpu::session::workspace::Gathered;
use crate::run::Run;

/// The dispatches of a schedule.
pub(in crate::gpu) struct Train {
    /// What gathers the rows of several steps; None where a step gathers its own.
    pub ahead: Option<Ahead>,
    /// The dispatches of a step, or of `steps` steps.
    pub dispatches: Vec<Dispatch>,
    /// The most steps that those make.
    pub steps: usize,
}

/// The rows of several steps, gathered before them.
pub(in crate::gpu) struct Ahead {
    pub gathered: Gathered,
    pub dispatches: Vec<Dispatch>,
    pub steps: usize,
}

impl Train {
    /// Dispatches of a step, on average where a dispatch makes many.
    pub fn dispatches_a_step(&self) -> f64 {
        let own = self.dispatches.len() as f64 / self.steps as f64;
        own + self.ahead.as_ref().map_or(0.0, |a| a.dispatches.len() as f64 / a.steps as f64)
    }

    /// Every dispatch there is, for checks.
    pub fn all(&self) -> impl Iterator<Item = &Dispatch> {
        self.ahead.iter().flat_map(|ahead| &ahead.dispatches).chain(&self.dispatches)
    }

    /// The work of these steps (from 0) of an epoch.
    pub fn work(
        &self,
        (run, lists): (&Run, &Lists),
        states: &[ReplicaState],
        epoch: u32,
        steps: std::ops::Range<u32>,
    ) -> Vec<Work<'_>> {
        let batch = run.step.batch_size as u32;
        // A replica that left has its own slots all the same: their sums are 0.
        let alive = |id: usize, step: Step| match states[id].live {
            true => step,
            false => Step { rows: 0, ..step },
        };
        let step = |number: u32, first: u32| {
            run.replicas.iter().enumerate().map(move |(id, replica)| {
                let done = states[id].steps + u64::from(number);
                let step = train_step(run, lists, (id, replica), epoch, number, done);
                alive(id, Step { place: (number - first) * batch, ..step })
            })
        };
        let mut work = vec![];
        let ahead = self.ahead.as_ref().map_or(self.steps, |ahead| ahead.steps) as u32;
        for first in steps.clone().step_by(ahead as usize) {
            let last = steps.end.min(first + ahead);
            if let Some(ahead) = &self.ahead {
                let of_replica = |(id, replica)| {
                    alive(id, together(run, lists, (id, replica), epoch, first..last))
                };
                work.push(Work {
                    steps: run.replicas.iter().enumerate().map(of_replica).collect(),
                    dispatches: &ahead.dispatches,
                });
            }
            for own in (first..last).step_by(self.steps) {
                let end = last.min(own + self.steps as u32);
                work.push(Work {
                    steps: (own..end).flat_map(|number| step(number, first)).collect(),
                    dispatches: &self.dispatches,
                });
            }
        }
        work
    }
}

/// Refuses dispatches beyond what the device takes.
pub(in crate::gpu) fn check<'a>(
    gpu: &Gpu,
    dispatches: impl Iterator<Item = &'a Dispatch>,
) -> Result<()> {
    let (mut widest, mut most) = (0, 0);
    for dispatch in dispatches {
        widest = dispatch.workgroups.into_iter().fold(widest, u32::max);
        most = most.max(dispatch.iterations);
    }
    if widest as usize > WORKGROUPS {
        return Err(Error::input(format!(
            "{}: a kernel would take {widest} workgroups in one dimension, and devices take \
             {WORKGROUPS}; use --device cpu, narrower layers, or a smaller BATCH_SIZE",
            gpu.name
        )));
    }
    if gpu.is_software && most > TURNS {
        return Err(Error::input(format!(
            "{}: a kernel would make {most} turns of a loop, and software drivers can be trusted with \
             {TURNS}; use --device cpu, a smaller BATCH_SIZE, or narrower layers",
            gpu.name
        )));
    }
    Ok(())
}
