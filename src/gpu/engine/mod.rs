//! The GPU as a backend: epochs, evaluations, state.

pub(super) mod backend;
mod block;
mod epoch;
mod evaluate;
mod first_step;
pub(super) mod infer;
mod kept;
#[cfg(test)]
mod lost_device;
mod measure;
mod pacer;
mod report;
mod state;
mod submits;
