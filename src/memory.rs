//! The memory that is left, so that what can't fit is refused before it is asked for.

use crate::error::{Error, Result};

/// The memory that the system has left, in bytes, where it says so (Linux).
pub(crate) fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Refuses to begin what takes more of the system's memory than there is, where that is known.
pub(crate) fn refuse_beyond(bytes: u64, device: &str) -> Result<()> {
    match available() {
        Some(available) if bytes > available => Err(Error::input(format!(
            "{device}: the network and its batches need {bytes} bytes, and {available} are available; use a smaller \
             network or BATCH_SIZE"
        ))),
        _ => Ok(()),
    }
}
