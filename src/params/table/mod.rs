//! The table of keys: one entry has all about a key. Reading, writing, `gpu-mlp schema` and docs/parameters.md
//! come from it.

mod data;
mod device;
mod forecast;
mod key;
mod network;
mod splits;
mod steps;
mod stopping;
mod training;

pub(super) use key::blank;
pub use key::{DefaultValue, Key, Subject};
pub(super) use network::one_form;

/// Every key by subject, in the order in which keys are written.
pub static SUBJECTS: &[Subject] = &[
    Subject { name: "data", keys: data::KEYS },
    Subject { name: "forecasts", keys: forecast::KEYS },
    Subject { name: "network", keys: network::KEYS },
    Subject { name: "training", keys: training::KEYS },
    Subject { name: "stopping", keys: stopping::KEYS },
    Subject { name: "steps", keys: steps::KEYS },
    Subject { name: "splits", keys: splits::KEYS },
    Subject { name: "device", keys: device::KEYS },
];

/// Every key, in the order in which they are written.
pub fn keys() -> impl Iterator<Item = &'static Key> + Clone {
    SUBJECTS.iter().flat_map(|subject| subject.keys)
}

/// The key of that name.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.name == name)
}
