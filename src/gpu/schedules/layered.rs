//! The schedule `layered`: one dispatch an operation of the plan, for any network.

use super::build::Build;
use crate::error::Result;
use crate::gpu::session::train::Train;

/// Batch, gather, forward, loss, metrics, backward, clip, update.
pub(super) fn layered(build: &mut Build) -> Result<Train> {
    let weights = &build.buffers.tensors.weights;
    let workspace = &build.workspace()?;
    let mut step = build.evaluate(workspace, weights);
    step.extend(build.layered(workspace, weights).backward());
    step.extend(build.update()?);
    Ok(Train { ahead: None, dispatches: step, steps: 1 })
}
