//! The table of `gpu-mlp bench`.

use super::wrap::beside;
use crate::bench::Measurement;
use crate::candidates::Candidate;
use crate::error::{Error, Result};
use crate::instruction_set::InstructionSet;

/// A measurement of a candidate.
pub(super) struct Measured {
    pub measurement: Measurement,
    /// The seconds that opening and compiling took.
    pub compile: f64,
}

/// Eighty columns; the seconds of each part are in --json.
pub(super) const HEAD: &str =
    "  device                schedule     us a step  spread  rows a second  epochs";

/// The row of a measurement, or of the error instead.
pub(super) fn row(candidate: &Candidate, outcome: &Result<Measured>) -> String {
    // Long names of devices are cut: the columns stay in line.
    let device: String = match candidate.backend() {
        "cpu" => format!("cpu, {}", InstructionSet::best().name()),
        _ => candidate.device().chars().take(20).collect(),
    };
    let who = format!("  {device:20}  {:10}", candidate.schedule());
    match outcome {
        Ok(Measured { measurement: measured, .. }) => format!(
            "{who}  {:>10}  {:>6}  {:>13.0}  {:>6}",
            microseconds(measured.step.median),
            spread(measured),
            measured.rows_per_second,
            measured.epochs,
        ),
        Err(why) => without_figures(&format!("{who}  {:>10}  ", "-"), why),
    }
}

/// The reason goes on under its first words.
fn without_figures(head: &str, why: &Error) -> String {
    let columns = head.chars().count();
    beside(&format!("{head}{why}"), columns, columns)
}

/// `2 %`; fewer than four epochs tell nothing.
fn spread(measured: &Measurement) -> String {
    match measured.epochs {
        0..4 => "-".into(),
        _ => format!("{:.0} %", 100.0 * measured.step.spread()),
    }
}

/// Four significant digits.
fn microseconds(seconds: f64) -> String {
    let microseconds = seconds * 1e6;
    let decimals = match microseconds {
        m if m < 10.0 => 3,
        m if m < 100.0 => 2,
        m if m < 1000.0 => 1,
        _ => 0,
    };
    format!("{microseconds:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_that_mean_something() {
        let texts = [9.3e-7, 2.0149e-6, 61.74e-6, 277.96e-6, 1.2345678].map(microseconds);
        assert_eq!(texts, ["0.930", "2.015", "61.74", "278.0", "1234568"]);
    }

    #[test]
    fn a_reason_has_eighty_columns() {
        let head = format!("  {:20}  {:10}  {:>10}  ", "cpu, avx512", "fused", "-");
        let text = without_figures(&head, &Error::input("why it does not fit, ".repeat(9)));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().skip(1).all(|line| line.find(|c| c != ' ') == Some(48)), "{text}");
        assert_eq!(without_figures(&head, &Error::input("short")), head + "short");
    }
}
