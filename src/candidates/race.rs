//! Which device and schedule is the fastest for a run: measured, not guessed.
//!
//! The CPU is timed first. A GPU is opened only for a run that takes long, and opening, compiling and
//! timing may take a tenth of it at the most. Timing leaves the state as it is, so that the winner's run
//! has the same bits as one that raced nobody.

use std::sync::Arc;

use super::schedules::Schedules;
use crate::backend::Train;
use crate::clock::{Duration, Instant};
use crate::cpu::{self, Cpu};
use crate::error::{Error, ErrorKind, Result};
use crate::gpu::{self, Adapter, GpuBackend};
use crate::run::Run;

/// The time for which a candidate is timed.
const MEASURED: Duration = Duration::from_millis(20);
/// Seconds of a run from which on a GPU is looked at.
const LONG: f64 = 5.0;
/// The share of a run that looking for its fastest schedule may take.
const SHARE: f64 = 0.1;
/// How many times the time of the first of the CPU's schedules a step of the other may take (measured: 3.8 on
/// networks that no cache holds).
const SLOWER: f64 = 4.0;
/// Why a candidate was not timed.
const SPENT: &str = "not timed: a tenth of the run was spent on looking";
/// Multiply-adds that any CPU makes within seconds.
const LITTLE: f64 = 1e11;

/// A candidate that was looked at, and how it did.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateResult {
    /// The device's name.
    pub device: String,
    /// The schedule's name.
    pub schedule: String,
    /// Dispatches of a step; None on the CPU.
    pub dispatches: Option<f64>,
    /// Seconds of a step, or why there are none.
    pub result: Result<f64, String>,
}

/// How a race ended.
pub struct Race {
    /// The winner, at the run's initial weights.
    pub backend: Box<dyn Train>,
    /// All that were looked at, the winner among them, in that order.
    pub candidates: Vec<CandidateResult>,
    /// Why the winner was chosen; empty where there was no choice.
    pub how: String,
}

/// Times the candidates on a run: the CPU and a GPU on these schedules. `adapter` is asked for the GPU once one
/// is needed, and says why there is none. Where there is no choice, or nothing to gain by it, nothing is timed.
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
        let how = format!("some {whole:.1} s on the CPU, too short to open a GPU for");
        return won_by_the_cpu(cpu, candidates, how);
    }
    // Asking the drivers for their devices is part of the looking.
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

/// The time that looking for the fastest schedule may take.
struct Looking {
    started: Instant,
    /// Seconds of the whole run, once something is known of it.
    predicted: Option<f64>,
}

impl Looking {
    fn is_spent(&self) -> bool {
        let spent = self.started.elapsed().as_secs_f64();
        self.predicted.is_some_and(|whole| spent > SHARE * whole)
    }
}

/// The CPU wins, if it takes part; else nobody can.
fn won_by_the_cpu(
    cpu: Option<(Cpu<f32>, f64)>,
    candidates: Vec<CandidateResult>,
    how: String,
) -> Result<Race> {
    if let Some((cpu, _)) = cpu {
        let how = if how.is_empty() { of_timed(&candidates) } else { how };
        return Ok(Race { backend: Box::new(cpu), candidates, how });
    }
    let why = |candidate: &CandidateResult| {
        let why = candidate.result.as_ref().err().map_or("", String::as_str);
        format!("schedule {:?}: {why}", candidate.schedule)
    };
    let reasons: Vec<String> = candidates.iter().map(why).collect();
    Err(Error::input(if reasons.is_empty() { how } else { reasons.join("; ") }))
}

/// `the fastest of 3 that were timed`; nothing where there was no choice.
fn of_timed(candidates: &[CandidateResult]) -> String {
    match candidates.iter().filter(|candidate| candidate.result.is_ok()).count() {
        0 | 1 => String::new(),
        timed => format!("the fastest of {timed} that were timed"),
    }
}

/// The CPU on the fastest of the schedules that fit, and its seconds a step; NaN where it was not timed,
/// because there is no choice, or a run so short that it matters nothing. None if none fits.
fn cpu_candidates(
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
        // A GPU may have memory enough.
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

/// A schedule of the CPU, and how it did.
fn of_cpu(schedule: cpu::Schedule, result: Result<f64, String>) -> CandidateResult {
    let (device, schedule) = ("cpu".into(), schedule.name().into());
    CandidateResult { device, schedule, dispatches: None, result }
}

/// Why the CPU's next schedule is not timed, where one takes `a_step` seconds (NaN: was not timed itself).
fn why_not_another(run: &Run, a_step: f64) -> Option<&'static str> {
    if a_step.is_nan() || whole(run, a_step) <= LONG {
        Some("not timed: the run is short")
    } else if SLOWER * a_step > SHARE * whole(run, a_step) {
        Some("not timed: a step of it may take a tenth of the run")
    } else {
        None
    }
}

/// The GPU on the fastest of the schedules that fit, and its seconds a step; those that do not fit, or
/// that there is no time for, are noted with the reason. None if none fits.
async fn gpu_candidates(
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

/// A GPU on the fastest of these schedules; it is on the first. None if there was no time for any.
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

/// Where the schedules of a GPU are noted, and how each did.
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

/// The seconds of a run that stops at its last epoch.
fn whole(run: &Run, a_step: f64) -> f64 {
    a_step * f64::from(run.steps()) * f64::from(run.max_epochs())
}

/// Whether a run has so few multiply-adds that the choice of a CPU's schedule matters nothing.
fn is_little(run: &Run) -> bool {
    let rows = run.steps() as f64 * run.step.batch_size as f64;
    let a_row = 3.0 * run.plan.parameters() as f64;
    rows * a_row * f64::from(run.max_epochs()) < LITTLE
}
