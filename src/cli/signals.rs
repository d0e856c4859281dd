//! Signals that end a run in order: Ctrl-C, SIGTERM, and a terminal that closes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::console;
use crate::artifact::exit_without_unfinished;
use crate::clock::{Duration, Instant};
use crate::error::{Error, Result};

/// Signals within this time of the first count as one: `timeout` signals the process and then its group, and a
/// terminal closes after its shell.
const ONE_STOP: Duration = Duration::from_secs(1);

/// A flag that the first signal sets; a later one ends the process at once.
pub(super) fn catch() -> Result<Arc<AtomicBool>> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = interrupt.clone();
    let mut first: Option<Instant> = None;
    on_signal(move || match first {
        Some(first) if first.elapsed() > ONE_STOP => exit_without_unfinished(1),
        Some(_) => {}
        None => {
            flag.store(true, Ordering::Relaxed);
            console::message(
                "stopping after this epoch; Ctrl-C again, a second later, stops at once, without saving",
            );
            // Now and not before: printing may take long, and the second signal waits for it.
            first = Some(Instant::now());
        }
    })?;
    Ok(interrupt)
}

/// Lets a signal end the process at once, and remove the unfinished `file`.
pub(super) fn end_without(file: &Path) -> Result<()> {
    let words = format!("error: interrupted; nothing was kept of {}", file.display());
    on_signal(move || {
        console::message(&words);
        exit_without_unfinished(1)
    })
}

/// ctrlc calls `handler` on a thread of its own, one signal after the other.
fn on_signal(handler: impl FnMut() + Send + 'static) -> Result<()> {
    let outlives_terminal = hangup::is_ignored();
    ctrlc::set_handler(handler)
        .map_err(|e| Error::failed(format!("Ctrl-C can't be caught: {e}")))?;
    if outlives_terminal {
        hangup::ignore();
    }
    Ok(())
}

/// Lets a write beyond the limit on the size of files (`ulimit -f`) fail as on a full disk; the signal's default
/// ends the process without a word.
pub(super) fn report_too_large_files() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigHandler, Signal, signal};
        #[expect(unsafe_code, reason = "a signal's handler may be anything")]
        // SAFETY: no handler runs; to ignore a signal touches no memory. Where it can't be ignored, its
        // default stays.
        let _ = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
    }
}

/// `nohup` starts a process with SIGHUP ignored, which ctrlc's handler would undo.
#[cfg(unix)]
#[expect(unsafe_code, reason = "a signal's handler may be anything")]
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
