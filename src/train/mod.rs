//! Training: the loop over blocks of epochs, the stopping rules, the figures of every epoch. It
//! knows neither which backend computes nor who listens.

mod observer;
mod outcome;
mod progress;
mod stopping;
mod training;

pub use observer::Observer;
pub use outcome::{EpochRow, Outcome, ReplicaOutcome, Seconds};
pub use progress::{Checkpoint, Progress, ReplicaProgress};
pub use stopping::{Judge, Stop};
pub use training::{train, train_from};
