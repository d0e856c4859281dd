//! Signals that end a run in order: Ctrl-C, SIGTERM, and a terminal that closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::console;
use crate::error::{Error, Result};

/// A flag that the first signal sets; the second ends the process at once.
pub(super) fn catch() -> Result<Arc<AtomicBool>> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = interrupt.clone();
    let outlives_terminal = hangup::is_ignored();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
        console::message("stopping after this epoch; Ctrl-C again stops at once, without saving");
    })
    .map_err(|e| Error::failed(format!("Ctrl-C can't be caught: {e}")))?;
    if outlives_terminal {
        hangup::ignore();
    }
    Ok(interrupt)
}

/// `nohup` starts a process with SIGHUP ignored, which ctrlc's handler would undo.
#[cfg(unix)]
mod hangup {
    use nix::sys::signal::{SigHandler, Signal, signal};

    pub fn is_ignored() -> bool {
        // SAFETY: no handler runs; to ignore a signal touches no memory. What it was before is only
        // told by a call that sets it; ctrlc's handler takes its place at once.
        matches!(unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }, Ok(SigHandler::SigIgn))
    }

    pub fn ignore() {
        // SAFETY: as above. A signal that can't be ignored ends the run in order.
        let _ = unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) };
    }
}

#[cfg(not(unix))]
mod hangup {
    pub fn is_ignored() -> bool {
        false
    }

    pub fn ignore() {}
}
