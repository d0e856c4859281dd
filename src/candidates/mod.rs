//! Candidates: a device with a schedule. Lists them, opens them on a run, and finds the fastest.

mod candidate;
mod choice;
mod find;
mod looking;
mod race;
mod race_cpu;
mod race_gpu;
mod request;
mod schedules;

pub use candidate::{Candidate, candidates, of_device};
pub use choice::{Choice, Device, Opened};
pub use find::{SaidBy, first_gpu, named_gpu, real_gpus};
pub use looking::CandidateResult;
pub use race::{Race, race};
pub use request::{BackendKind, DeviceRequest, choose, devices};
pub use schedules::{Schedules, distinct};
