//! Printing that a closed pipe does not turn into a panic, and numbers as tables show them.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use crate::error::{Error, Result};
use crate::text::{escaped, steers};

/// A line on standard output. A reader that has gone (`| head`) is no reason to lose a run: what it
/// no longer reads is dropped. Any other fault (a full disk) is an error: the lines are wanted.
pub(super) fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", plain(text)).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("can't write to standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// A line on standard error.
pub(super) fn message(text: &str) {
    // There is no other place to tell of it.
    let _ = writeln!(io::stderr(), "{}", plain(text));
}

/// Names come from files: what a terminal would obey is shown escaped, but for the ends of our own lines.
fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c| steers(c) && c != '\n')
}

/// `7.13e-02`, `inf`: three digits and a signed exponent of two, as C's %.2e.
pub(super) fn scientific(x: f64) -> String {
    let text = format!("{x:.2e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        None => text,
    }
}

/// Six decimals while they fit ten places, else scientific.
pub(super) fn decimal(x: f64) -> String {
    if x.is_finite() && x.abs() >= 1e5 { scientific(x) } else { format!("{x:.6}") }
}

/// `97.1%`
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_file_can_not_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\nc");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn numbers_read_as_in_the_source_document_s_tables() {
        assert_eq!(scientific(0.0713), "7.13e-02");
        assert_eq!(scientific(12345.0), "1.23e+04");
        assert_eq!(scientific(f64::INFINITY), "inf");
        assert_eq!(decimal(0.696457), "0.696457");
        assert_eq!(decimal(123456.0), "1.23e+05");
        assert_eq!(percent(0.976), "97.6%");
    }
}
