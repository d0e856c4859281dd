//! Runs that are stopped, killed or starved, and resumed.

#[path = "../gpu/adapter.rs"]
mod adapter;
#[cfg(unix)]
mod devices;
#[cfg(unix)]
mod full_disk;
mod hostile;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod links;
mod old_run;
mod refusals;
#[cfg(unix)]
mod signals;
mod stopped;
#[allow(dead_code)] // a part is used
#[path = "../cli/support.rs"]
mod support;
