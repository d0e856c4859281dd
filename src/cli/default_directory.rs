//! The directory of a run without `--out`.

use std::path::{Path, PathBuf};

use crate::clock::{Duration, SystemTime, UNIX_EPOCH};
use crate::error::{Error, Result};

/// The latest time whose year has four digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// A time in a directory's name: `20261123T061502Z`. A clock before 1970 or beyond the year 9999 is wrong, but no
/// reason not to train.
fn stamp(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = UNIX_EPOCH + since.min(Duration::from_secs(LAST_SECOND));
    let now = humantime::format_rfc3339_seconds(now).to_string();
    now.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// Makes `runs/iris-20261123T061502Z`, or with a number after it where other runs begin in the same second: a
/// directory that no other process has made.
pub(super) fn make_default_directory(dataset: &str) -> Result<PathBuf> {
    let name = format!("{dataset}-{}", stamp(SystemTime::now()));
    let runs = Path::new("runs");
    let fault = |e: std::io::Error| {
        Error::input(format!("can't be made: {e}; name another place with --out"))
            .within(format!("runs/{name}"))
    };
    std::fs::create_dir_all(runs).map_err(fault)?;
    let numbered = (2..=u32::MAX).map(|number| format!("{name}-{number}"));
    for candidate in std::iter::once(name.clone()).chain(numbered) {
        let path = runs.join(candidate);
        match std::fs::create_dir(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path).map_err(fault),
        }
    }
    Err(Error::input("too many runs of one second; name another place with --out")
        .within(format!("runs/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_no_reason_not_to_train() {
        let second = Duration::from_secs(1);
        assert_eq!(stamp(UNIX_EPOCH + 86_399 * second), "19700101T235959Z");
        assert_eq!(stamp(UNIX_EPOCH - second), "19700101T000000Z");
        assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(300_000_000_000)), "99991231T235959Z");
    }
}
