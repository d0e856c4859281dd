//! The binary as a user runs it.

mod bench;
mod check;
mod completions;
mod endings;
mod inspect;
mod oddities;
mod output;
mod parts;
mod refused_data;
mod refused_settings;
mod repetition;
mod shipped;
mod support;
mod training;
mod usage;
