//! The memory that is left, to refuse work that can't fit before it begins.

#[cfg(feature = "files")]
use std::fs::read_to_string;

use crate::error::{Error, Result};

/// The memory that this process may still take, in bytes, where the system says so (Linux): the least that the
/// machine, its control group, and its limit on addresses leave.
#[cfg(feature = "files")]
pub(crate) fn available() -> Option<u64> {
    [of_machine(), of_group(), of_limit()].into_iter().flatten().min()
}

/// Unknown without files.
#[cfg(not(feature = "files"))]
pub(crate) fn available() -> Option<u64> {
    None
}

#[cfg(feature = "files")]
fn of_machine() -> Option<u64> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The memory that a container has left; `max` means no limit.
#[cfg(feature = "files")]
fn of_group() -> Option<u64> {
    let number = |name: &str| -> Option<u64> {
        read_to_string(format!("/sys/fs/cgroup/memory.{name}")).ok()?.trim().parse().ok()
    };
    Some(number("max")?.saturating_sub(number("current")?))
}

/// The memory that `ulimit -v` leaves.
#[cfg(all(feature = "files", target_os = "linux"))]
fn of_limit() -> Option<u64> {
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    const PAGE: u64 = 4096;
    let (limit, _) = getrlimit(Resource::RLIMIT_AS).ok()?;
    let pages = read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_whitespace().next()?.parse().ok()?;
    (limit != RLIM_INFINITY).then(|| limit.saturating_sub(pages * PAGE))
}

#[cfg(all(feature = "files", not(target_os = "linux")))]
fn of_limit() -> Option<u64> {
    None
}

/// The memory there is, where it is known and less than these bytes.
fn less_than(bytes: u64) -> Option<u64> {
    available().filter(|&available| bytes > available)
}

/// Refuses work that takes more of the system's memory than there is, where that is known.
pub(crate) fn refuse_beyond(bytes: u64, device: &str, replicas: usize) -> Result<()> {
    let (what, remedy) = match replicas {
        1 => ("the network and its batches need".into(), "use a smaller network or BATCH_SIZE"),
        many => (
            format!("{many} replicas and their batches need"),
            "use fewer replicas, a smaller network or BATCH_SIZE",
        ),
    };
    match less_than(bytes) {
        Some(available) => Err(Error::unfit(format!(
            "{what} {bytes} bytes, and {available} are available; {remedy}"
        ))
        .within(device)),
        None => Ok(()),
    }
}

/// Refuses a copy of the inputs of this many bytes that takes more memory than there is, where that is known.
pub(crate) fn refuse_copy(bytes: u64) -> Result<()> {
    match less_than(bytes) {
        Some(available) => Err(Error::input(format!(
            "rows with their channels first are a copy of {bytes} bytes, and {available} are available; use \
             fewer rows, or save them with their channels first"
        ))),
        None => Ok(()),
    }
}

/// Refuses to read data that take more memory than there is, where that is known.
pub(crate) fn refuse_to_read(bytes: u64) -> Result<()> {
    match less_than(bytes) {
        Some(available) => Err(Error::input(format!(
            "needs {bytes} bytes of memory when it is read, and {available} are available; use fewer rows"
        ))),
        None => Ok(()),
    }
}
