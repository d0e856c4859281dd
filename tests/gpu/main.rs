//! The GPU against the CPU.

#[path = "../common/mod.rs"]
mod common;
mod runs;
mod support;
