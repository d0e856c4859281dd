//! Candidates: a device with a schedule. Which there are, what opens one on a run, and which is the fastest.

mod candidate;
mod choice;
mod find;
mod race;
mod request;
mod schedules;

pub use candidate::{Candidate, candidates, of_device};
pub use choice::{Choice, Device, Opened};
pub use find::{SaidBy, first_gpu, named_gpu, real_gpus};
pub use race::{CandidateResult, Race, race};
pub use request::{BackendKind, DeviceRequest, choose, devices};
pub use schedules::{Schedules, distinct};
