//! The time of a step.

use super::kept::Kept;
use super::pacer::Pacer;
use crate::clock::{Duration, Instant};
use crate::error::Result;
use crate::gpu::session::run::Session;

/// The seconds per step, measured for about `budget` without the first submit, which pays for one-time work. The state
/// is the same afterwards.
pub(super) async fn time_steps(
    session: &Session,
    pacer: &mut Pacer,
    kept: &mut Kept,
    budget: Duration,
) -> Result<f64> {
    kept.take_snapshot(session)?;
    let timed = time_submits(session, budget).await;
    session.gpu.wait().await?;
    // No replica changed its slot: the slots of the snapshot are the current ones.
    kept.put_snapshot_back(session)?;
    let seconds = timed?;
    pacer.step_measured(seconds);
    Ok(seconds)
}

async fn time_submits(session: &Session, budget: Duration) -> Result<f64> {
    time_submit(session, 1).await?;
    let (started, mut steps) = (Instant::now(), 1);
    loop {
        let step_seconds = time_submit(session, steps).await? / steps as f64;
        let left = budget.saturating_sub(started.elapsed()).as_secs_f64();
        // Twice as many while there is time, so that the cost of the submit itself fades.
        let next = (2 * steps).min(session.recorder.sizes().capacity);
        if left < next as f64 * step_seconds {
            return Ok(step_seconds);
        }
        steps = next;
    }
}

/// The seconds of one submit of this many steps, which repeat those of the first epoch.
async fn time_submit(session: &Session, steps: usize) -> Result<f64> {
    let started = Instant::now();
    let (all, mut left, mut passes) = (session.steps(), steps as u32, vec![]);
    while left > 0 {
        let number = left.min(all);
        passes.push(session.training(1, 0..number));
        left -= number;
    }
    let submitted = session.submit(&passes);
    session.gpu.finished(submitted).await?;
    Ok(started.elapsed().as_secs_f64())
}
