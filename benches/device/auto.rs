//! What `--device auto` chooses for each job, how long that takes, and whether it is right.

use std::sync::Arc;
use std::time::Instant;

use gpu_mlp::rooms::bench::{JOBS, Job};
use gpu_mlp::rooms::candidates::{Schedules, race};
use pollster::FutureExt as _;

use crate::chosen::adapter;
use crate::measured::{self, read};
use crate::{Failure, Options};

/// How much slower than the fastest a choice may be, measured for longer, and still be called right: what is
/// closer is a draw.
const DRAW: f64 = 1.1;

pub fn table(options: &Options) -> Result<(), Failure> {
    // Where there is none, one line says so, and not one a job.
    adapter(options)?;
    let measured = options.rest.first().map_or_else(|| Ok(vec![]), |file| read(file))?;
    let mut failed = 0;
    println!("{:21}{:>4} {:10}{:>9}{:>9}  right", "auto chooses", "", "", "us", "took, s");
    for job in JOBS.iter().filter(|job| !options.quick || job.name == "breast_cancer") {
        match row(options, job, measured.iter().find(|own| own.name == job.name)) {
            Ok(row) => println!("{row}"),
            // The others are tried all the same.
            Err(why) => {
                println!("{:21}FAILED: {why}", job.name);
                failed += 1;
            }
        }
    }
    if failed > 0 { Err(format!("auto failed on {failed} jobs").into()) } else { Ok(()) }
}

fn row(options: &Options, job: &Job, measured: Option<&measured::Job>) -> Result<String, Failure> {
    let mut run = job.prepare(options.quick.then_some(100))?.run;
    if options.quick {
        // Long enough for the GPU to be asked.
        Arc::make_mut(&mut run).replicas[0].stopping.max_epochs = u32::MAX;
    }
    let started = Instant::now();
    // Asking the drivers is part of what it takes.
    let race =
        race(&run, &Schedules::all(), async || adapter(options).map_err(|why| why.to_string()))
            .block_on()?;
    let took = started.elapsed().as_secs_f64();
    let chosen = race.backend.description();
    let timed = |device: &str, schedule: &str| {
        let candidates = race.candidates.iter();
        let mut own = candidates.filter(|c| c.device == device && c.schedule == schedule);
        own.next().and_then(|candidate| candidate.result.as_ref().ok()).map(|seconds| seconds * 1e6)
    };
    let step = timed(&chosen.device, &chosen.schedule);
    let step = step.map_or_else(|| "-".into(), |step| format!("{step:.2}"));
    let right = verdict(&chosen.backend, &chosen.schedule, &race.how, measured);
    let (name, backend, schedule) = (job.name, &chosen.backend, &chosen.schedule);
    Ok(format!("{name:21}{backend:>4} {schedule:10}{step:>9}{took:>9.3}  {right}"))
}

fn verdict(backend: &str, schedule: &str, how: &str, measured: Option<&measured::Job>) -> String {
    // What nothing was timed for is a rule's choice, and so is what failed.
    let by_rule = !how.starts_with("the fastest of");
    let own = measured.and_then(|measured| measured.step(backend, schedule));
    let (Some(measured), Some(own)) = (measured, own) else { return format!("unknown: {how}") };
    match measured.fastest() {
        Some((on, with, least)) if own > DRAW * least => {
            let what = if by_rule { "by rule" } else { "NO" };
            format!("{what}: {with} on the {on} takes {:.2} of its time; {how}", least / own)
        }
        _ => format!("yes: {how}"),
    }
}
