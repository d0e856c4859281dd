//! The rows of several steps, gathered before them.

use crate::error::Result;
use crate::gpu::schedules::build::Build;
use crate::gpu::session::sizes::training_capacity;
use crate::gpu::session::train::Ahead;
use crate::gpu::session::workspace::Gathered;

/// The most numbers that are gathered ahead, of all replicas together: 16 MiB.
const NUMBERS_AHEAD: usize = 1 << 22;
/// The most steps whose rows are gathered ahead.
const STEPS_AHEAD: usize = 1024;

/// The dispatches that gather as many steps as fit.
pub(super) fn ahead(build: &mut Build) -> Result<Ahead> {
    let run = build.run;
    let batch = training_capacity(run);
    let widest = run.network.inputs().max(run.network.outputs());
    let numbers = run.replicas.len() * batch * widest;
    let fitting = NUMBERS_AHEAD.min(build.gpu.binding_limit as usize / 4);
    let most = STEPS_AHEAD.min(run.steps() as usize).max(1);
    let steps = (fitting / numbers).clamp(1, most);
    let capacity = steps * batch;
    let gathered = Gathered::new(build.gpu, &run.plan, run.replicas.len(), capacity)?;
    let dispatches = build.gather(&gathered);
    Ok(Ahead { gathered, dispatches, steps })
}
