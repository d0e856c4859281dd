//! Whether a schedule fits a network and a device.

use super::build::Build;
use super::layered::layered;
use super::quads::resident::resident;
use super::quads::two_phase::two_phase;
use crate::error::Result;
use crate::gpu::session::schedule::Schedule;
use crate::gpu::session::train::{Train, check};

/// Schedules that do not fit, and why.
pub type Refused = Vec<(Schedule, String)>;

/// The first of these schedules that fits, with its steps; `refused` tells why those before it do not.
pub(super) fn first_fitting(
    build: &mut Build,
    schedules: &[Schedule],
    refused: &mut Refused,
) -> Result<Option<(Schedule, Train)>> {
    for &schedule in schedules {
        match fitting(build, schedule)? {
            Ok(train) => return Ok(Some((schedule, train))),
            Err(why) => refused.push((schedule, why)),
        }
    }
    Ok(None)
}

/// The training steps of a schedule; the inner error says why it does not fit, or what of it the device
/// refuses. An outer one is a fault of the device itself.
pub(super) fn fitting(build: &mut Build, schedule: Schedule) -> Result<Result<Train, String>> {
    let built = steps_of(build, schedule).and_then(|built| {
        built.iter().try_for_each(|train| check(build.gpu, train.all()))?;
        Ok(built)
    });
    build.gpu.check()?;
    Ok(built.unwrap_or_else(|refusal| Err(refusal.to_string())))
}

fn steps_of(build: &mut Build, schedule: Schedule) -> Result<Result<Train, String>> {
    match schedule {
        Schedule::Layered => layered(build).map(Ok),
        Schedule::TwoPhase => two_phase(build),
        Schedule::Resident => resident(build),
    }
}
