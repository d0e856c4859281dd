//! The schedule `layered`: one dispatch per operation of the plan, for any network.

use super::build::Build;
use crate::error::Result;
use crate::gpu::ops::list;
use crate::gpu::session::train::TrainingSteps;

/// Batch, gather, forward, loss, metrics, backward, clip, update.
pub(super) fn layered(build: &mut Build) -> Result<TrainingSteps> {
    let (plan, weights) = (&build.run.plan, &build.buffers.tensors.weights);
    let workspace = &build.workspace()?;
    let mut step = build.measured(&plan.training, workspace, weights);
    step.extend(list(&plan.backward, &mut build.launcher(workspace, weights)));
    step.extend(build.update()?);
    Ok(TrainingSteps { ahead: None, dispatches: step, steps: 1 })
}
