//! The GPU against the CPU.

mod adapter;
mod augment;
mod bench;
#[path = "../common/mod.rs"]
mod common;
mod devices_and_data;
mod forecasts;
mod images;
mod lengths;
mod race;
mod replicas;
mod runs;
mod sequences;
mod shipped;
mod signals;
mod support;
