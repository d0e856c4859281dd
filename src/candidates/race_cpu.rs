//! Times the CPU's schedules on a run.

use std::sync::Arc;

use super::looking::{CandidateResult, LONG, MEASURED, SHARE, whole};
use super::schedules::Schedules;
use crate::cpu::{self, Cpu};
use crate::error::Result;
use crate::run::Run;

/// The most times that a step of the CPU's second schedule takes longer than one of the first (measured: 3.8 on
/// networks that no cache holds).
const SLOWER: f64 = 4.0;
/// Multiply-adds that any CPU makes within seconds.
const LITTLE: f64 = 1e11;

/// The CPU on its fastest schedule that fits, and the seconds per step; NaN where it was not timed, because there
/// is no choice, or the run is too short for it to matter. None if none fits.
pub(super) fn cpu_candidates(
    run: &Arc<Run>,
    schedules: &Schedules,
    candidates: &mut Vec<CandidateResult>,
) -> Result<Option<(Cpu<f32>, f64)>> {
    if schedules.cpu.is_empty() {
        return Ok(None);
    }
    if let Err(error) = Cpu::<f32>::check_memory(run) {
        if schedules.gpu.is_empty() {
            return Err(error);
        }
        // A GPU may have enough memory.
        candidates.push(of_cpu(schedules.cpu[0], Err(error.to_string())));
        return Ok(None);
    }
    let mut order = schedules.cpu.clone();
    order.sort_by_key(|schedule| schedule.expected_rank(run));
    let mut cpu = Cpu::new(run.clone());
    let mut best: Option<(cpu::Schedule, f64)> = None;
    for schedule in order {
        let mut note = |result| candidates.push(of_cpu(schedule, result));
        if let Some(why) = best.and_then(|(_, seconds)| why_not_another(run, seconds)) {
            note(Err(why.into()));
            continue;
        }
        if let Err(why) = cpu.use_schedule(schedule) {
            note(Err(why.to_string()));
            continue;
        }
        if schedules.gpu.is_empty() && (schedules.cpu.len() == 1 || is_little(run)) {
            note(Err("not timed".into()));
            best = Some((schedule, f64::NAN));
            continue;
        }
        let seconds = cpu.measure(MEASURED)?;
        note(Ok(seconds));
        if best.is_none_or(|(_, least)| seconds < least) {
            best = Some((schedule, seconds));
        }
    }
    let Some((schedule, seconds)) = best else { return Ok(None) };
    cpu.use_schedule(schedule)?;
    Ok(Some((cpu, seconds)))
}

/// A schedule of the CPU, and its result.
fn of_cpu(schedule: cpu::Schedule, result: Result<f64, String>) -> CandidateResult {
    let (device, schedule) = ("cpu".into(), schedule.name().into());
    CandidateResult { device, schedule, dispatches: None, result }
}

/// Why the CPU's next schedule is not timed, where one takes `step` seconds per step (NaN: not timed either).
fn why_not_another(run: &Run, step: f64) -> Option<&'static str> {
    if step.is_nan() || whole(run, step) <= LONG {
        Some("not timed: the run is short")
    } else if SLOWER * step > SHARE * whole(run, step) {
        Some("not timed: a step of it may take a tenth of the run")
    } else {
        None
    }
}

/// Whether a run has so few multiply-adds that the choice of the CPU's schedule does not matter.
fn is_little(run: &Run) -> bool {
    let rows = run.steps() as f64 * run.step.batch_size as f64;
    let per_row = 3.0 * run.plan.parameters() as f64;
    rows * per_row * f64::from(run.max_epochs()) < LITTLE
}
