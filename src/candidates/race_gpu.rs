//! Times a GPU's schedules on a run.

use std::sync::Arc;

use super::looking::{CandidateResult, Looking, MEASURED, whole};
use super::schedules::Schedules;
use crate::error::{ErrorKind, Result};
use crate::gpu::{self, Adapter, GpuBackend};
use crate::run::Run;

/// Why a candidate was not timed.
const SPENT: &str = "not timed: a tenth of the run was spent on looking";

/// The GPU on its fastest schedule that fits, and the seconds per step. Notes schedules that do not fit, or that
/// there is no time for, with the reason. None if none fits.
pub(super) async fn gpu_candidates(
    run: &Arc<Run>,
    adapter: &Adapter,
    schedules: &Schedules,
    looking: Looking,
    candidates: &mut Vec<CandidateResult>,
) -> Result<Option<(GpuBackend, f64)>> {
    let mut noted = Noted { device: adapter.info.name.clone(), candidates };
    let gpu = adapter.open().await?;
    if looking.is_spent() {
        noted.untimed(schedules.gpu[0], SPENT);
        return Ok(None);
    }
    let (made, refused) = GpuBackend::first_fitting(gpu, run.clone(), &schedules.gpu).await?;
    let fitting = &schedules.gpu[refused.len()..];
    for (schedule, why) in refused {
        noted.untimed(schedule, why);
    }
    let Some(backend) = made else { return Ok(None) };
    if fitting.len() == 1 && schedules.cpu.is_empty() {
        noted.add(fitting[0], Some(backend.dispatches_a_step()), Err("not timed".into()));
        return Ok(Some((backend, f64::INFINITY)));
    }
    fastest(run, backend, fitting, looking, &mut noted).await
}

/// The GPU, which is on the first of these schedules, on the fastest of them. None if there was no time for any.
async fn fastest(
    run: &Run,
    mut backend: GpuBackend,
    schedules: &[gpu::Schedule],
    mut looking: Looking,
    noted: &mut Noted<'_>,
) -> Result<Option<(GpuBackend, f64)>> {
    let mut current = schedules[0];
    let mut best = (current, f64::INFINITY);
    for &schedule in schedules {
        if looking.is_spent() {
            noted.untimed(schedule, SPENT);
            continue;
        }
        if schedule != current {
            match backend.use_schedule(schedule).await {
                Ok(()) => current = schedule,
                Err(why) if why.kind == ErrorKind::Unfit => {
                    noted.untimed(schedule, why);
                    continue;
                }
                Err(fault) => return Err(fault),
            }
        }
        let seconds = backend.measure(MEASURED).await?;
        noted.add(schedule, Some(backend.dispatches_a_step()), Ok(seconds));
        looking.predicted = looking.predicted.or(Some(whole(run, seconds)));
        if seconds < best.1 {
            best = (schedule, seconds);
        }
    }
    if best.1.is_infinite() {
        return Ok(None);
    }
    if current != best.0 {
        backend.use_schedule(best.0).await?;
    }
    Ok(Some((backend, best.1)))
}

/// Notes the results of a GPU's schedules.
struct Noted<'a> {
    device: String,
    candidates: &'a mut Vec<CandidateResult>,
}

impl Noted<'_> {
    fn add(
        &mut self,
        schedule: gpu::Schedule,
        dispatches: Option<f64>,
        result: Result<f64, String>,
    ) {
        let (device, schedule) = (self.device.clone(), schedule.name().into());
        self.candidates.push(CandidateResult { device, schedule, dispatches, result });
    }

    fn untimed(&mut self, schedule: gpu::Schedule, why: impl ToString) {
        self.add(schedule, None, Err(why.to_string()));
    }
}
