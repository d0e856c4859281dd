//! Prints lines, without a panic where a pipe is closed, and formats the numbers of tables.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use crate::error::{Error, Result};
use crate::text::{escaped, steers};

/// Prints a line on standard output. Where the reader is gone (`| head`), the line is dropped and the run goes on;
/// any other fault (a full disk) is an error.
pub(super) fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", plain(text)).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("can't write to standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line on standard error.
pub(super) fn message(text: &str) {
    // No other place is left for an error.
    let _ = writeln!(io::stderr(), "{}", plain(text));
}

/// Escapes whatever a terminal would obey in names from files; the ends of our own lines stay.
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

/// From 1e-4 to 1e5 six decimals, or as many as fit ten characters; else scientific, with three digits.
pub(super) fn decimal(x: f64) -> String {
    match x.abs() {
        size if size == 0.0 || !size.is_finite() || (1e-4..1e3).contains(&size) => {
            format!("{x:.6}")
        }
        size if (1e3..1e4).contains(&size) => format!("{x:.5}"),
        size if (1e4..1e5).contains(&size) => format!("{x:.4}"),
        _ => scientific(x),
    }
}

/// As [`decimal`], but ten digits of numbers from 1e5 to 1e10: years of seconds stay apart.
pub(super) fn precise(x: f64) -> String {
    if !(1e5..1e10).contains(&x.abs()) {
        return decimal(x);
    }
    let whole_digits = x.abs().log10() as usize + 1;
    format!("{x:.*}", 10usize.saturating_sub(whole_digits))
}

/// R²: four decimals, or as many as fit eight characters, else scientific.
pub(super) fn r_squared(x: f64) -> String {
    let fitting = (0..=4).rev().map(|decimals| format!("{x:.decimals$}"));
    fitting.into_iter().find(|text| text.len() <= 8).unwrap_or_else(|| scientific(x))
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

    #[test]
    fn small_and_large_numbers_keep_digits_that_mean_something() {
        assert_eq!(decimal(0.0), "0.000000");
        assert_eq!(decimal(0.000123), "0.000123");
        assert_eq!(decimal(0.0000123), "1.23e-05");
        assert_eq!(decimal(-3.21e-9), "-3.21e-09");
        assert_eq!(decimal(1234.567891), "1234.56789");
        assert_eq!(decimal(12345.67891), "12345.6789");
        assert_eq!(decimal(f64::NAN), "NaN");
        assert_eq!(precise(0.25), "0.250000");
        assert_eq!(precise(1_600_000_012.4), "1600000012");
        assert_eq!(precise(-123_456.5), "-123456.5000");
        assert_eq!(precise(1.23e10), "1.23e+10");
    }

    #[test]
    fn r_squared_fits_its_column() {
        assert_eq!(r_squared(0.98762), "0.9876");
        assert_eq!(r_squared(-12.3456), "-12.3456");
        assert_eq!(r_squared(-12345.678), "-12345.7");
        assert_eq!(r_squared(-1.26e9), "-1.26e+09");
    }
}
