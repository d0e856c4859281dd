//! Finds the fastest device and schedule for a run: measured, not guessed.
//!
//! The CPU is timed first. A GPU is opened only for a run that takes long, and opening, compiling and timing may
//! take at most a tenth of it. Timing leaves the state as it is: the winner's run has the same bits as one
//! without a race.

use std::sync::Arc;

use super::looking::{CandidateResult, LONG, Looking, whole};
use super::race_cpu::cpu_candidates;
use super::race_gpu::gpu_candidates;
use super::schedules::Schedules;
use crate::backend::Train;
use crate::clock::Instant;
use crate::cpu::Cpu;
use crate::error::{Error, Result};
use crate::gpu::Adapter;
use crate::run::Run;

/// The end of a race.
pub struct Race {
    /// The winner, at the run's initial weights.
    pub backend: Box<dyn Train>,
    /// All candidates in the order of the race, the winner among them.
    pub candidates: Vec<CandidateResult>,
    /// Why the winner was chosen; empty where there was no choice.
    pub how: String,
}

/// Times the candidates on a run: the CPU and a GPU on these schedules. `adapter` gives the GPU once one is
/// needed, or says why there is none. Nothing is timed where there is no choice, or nothing to gain by one.
/// An error if no candidate can run it.
pub async fn race(
    run: &Arc<Run>,
    schedules: &Schedules,
    adapter: impl AsyncFnOnce() -> Result<Adapter, String>,
) -> Result<Race> {
    let mut candidates = vec![];
    let cpu = cpu_candidates(run, schedules, &mut candidates)?;
    if schedules.gpu.is_empty() {
        return won_by_the_cpu(cpu, candidates, String::new());
    }
    let predicted = cpu.as_ref().map(|(_, seconds)| whole(run, *seconds));
    if let Some(whole) = predicted.filter(|whole| *whole <= LONG) {
        let how = format!("about {whole:.1} s on the CPU: too short to open a GPU");
        return won_by_the_cpu(cpu, candidates, how);
    }
    // Looking includes asking the drivers for their devices.
    let started = Instant::now();
    let adapter = match adapter().await {
        Ok(adapter) => adapter,
        Err(why) => return won_by_the_cpu(cpu, candidates, why),
    };
    let looking = Looking { started, predicted };
    let timed = gpu_candidates(run, &adapter, schedules, looking, &mut candidates).await;
    let (gpu, seconds) = match timed {
        Ok(Some(gpu)) => gpu,
        Ok(None) => {
            return won_by_the_cpu(cpu, candidates, "no schedule of the GPU was timed".into());
        }
        // A GPU that fails is no reason to lose a run that the CPU can do.
        Err(error) if cpu.is_some() => {
            return won_by_the_cpu(cpu, candidates, format!("the GPU failed: {error}"));
        }
        Err(error) => return Err(error),
    };
    if cpu.as_ref().is_some_and(|(_, own)| *own <= seconds) {
        return won_by_the_cpu(cpu, candidates, String::new());
    }
    Ok(Race { backend: Box::new(gpu), how: of_timed(&candidates), candidates })
}

/// The CPU wins, if it takes part; else the run is refused.
fn won_by_the_cpu(
    cpu: Option<(Cpu<f32>, f64)>,
    candidates: Vec<CandidateResult>,
    how: String,
) -> Result<Race> {
    if let Some((cpu, _)) = cpu {
        let how = if how.is_empty() { of_timed(&candidates) } else { how };
        return Ok(Race { backend: Box::new(cpu), candidates, how });
    }
    let mut reasons = vec![];
    for candidate in &candidates {
        let why = candidate.result.as_ref().err().map_or("", String::as_str);
        reasons.push(format!("schedule {:?}: {why}", candidate.schedule));
    }
    // Without a candidate there is no device; with some, none of them takes the network.
    Err(if reasons.is_empty() { Error::input(how) } else { Error::unfit(reasons.join("; ")) })
}

/// `the fastest of 3 that were timed`; nothing where there was no choice.
fn of_timed(candidates: &[CandidateResult]) -> String {
    match candidates.iter().filter(|candidate| candidate.result.is_ok()).count() {
        0 | 1 => String::new(),
        timed => format!("the fastest of {timed} that were timed"),
    }
}
