//! The GPU against the CPU.

mod adapter;
mod bench;
#[path = "../common/mod.rs"]
mod common;
mod devices_and_data;
mod runs;
mod signals;
mod support;
