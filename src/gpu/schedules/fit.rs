//! Whether a schedule fits a network and a device.

use super::build::Build;
use super::layered::layered;
use super::quads::resident::resident;
use super::quads::two_phase::two_phase;
use crate::error::{Error, ErrorKind, Result};
use crate::gpu::session::schedule::Schedule;
use crate::gpu::session::train::{TrainingSteps, check};

/// Schedules that do not fit, and why.
pub type Refused = Vec<(Schedule, Error)>;

/// The first of these schedules that fits, with its steps; the reasons why others do not go to `refused`.
pub(super) fn first_fitting(
    build: &mut Build,
    schedules: &[Schedule],
    refused: &mut Refused,
) -> Result<Option<(Schedule, TrainingSteps)>> {
    for &schedule in schedules {
        match fitting(build, schedule) {
            Ok(train) => return Ok(Some((schedule, train))),
            Err(why) if why.kind == ErrorKind::Unfit => refused.push((schedule, why)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(None)
}

/// The training steps of a schedule; the error is unfit if it does not take the network or the device.
pub(super) fn fitting(build: &mut Build, schedule: Schedule) -> Result<TrainingSteps> {
    let built =
        steps_of(build, schedule).and_then(|train| check(build.gpu, train.all()).map(|()| train));
    // An error of the device comes first.
    build.gpu.check()?;
    built
}

fn steps_of(build: &mut Build, schedule: Schedule) -> Result<TrainingSteps> {
    match schedule {
        Schedule::Layered => layered(build),
        Schedule::TwoPhase => two_phase(build),
        Schedule::Resident => resident(build),
    }
}
