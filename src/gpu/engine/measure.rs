//! How long a step takes.

use super::kept::Kept;
use super::pacer::Pacer;
use crate::clock::{Duration, Instant};
use crate::error::Result;
use crate::gpu::session::run::Session;

/// The seconds of a step, from about `budget` of steps; the first submit, which pays for what is made
/// once, is not counted. The state is the same afterwards.
pub(super) async fn time_steps(
    session: &Session,
    pacer: &mut Pacer,
    kept: &mut Kept,
    budget: Duration,
) -> Result<f64> {
    kept.take_snapshot(session)?;
    let timed = time_submits(session, budget).await;
    session.gpu.wait().await?;
    // No replica has moved.
    kept.put_snapshot_back(session)?;
    let seconds = timed?;
    pacer.step_measured(seconds);
    Ok(seconds)
}

async fn time_submits(session: &Session, budget: Duration) -> Result<f64> {
    time_submit(session, 1).await?;
    let (started, mut steps) = (Instant::now(), 1);
    loop {
        let a_step = time_submit(session, steps).await? / steps as f64;
        let left = budget.saturating_sub(started.elapsed()).as_secs_f64();
        // Twice as many, so that what a submit costs beside its steps fades, while there is time.
        let next = (2 * steps).min(session.recorder.sizes().capacity);
        if left < next as f64 * a_step {
            return Ok(a_step);
        }
        steps = next;
    }
}

/// The seconds of one submit of so many steps: those of the first epoch, again and again.
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
