//! The table of schedules that -v prints: the candidates and their results.

use super::console::message;
use super::wrap::wrapped;
use crate::candidates::CandidateResult;
use crate::instruction_set::InstructionSet;

/// Prints the table on standard error.
pub(super) fn print(candidates: &[CandidateResult]) {
    let widest =
        candidates.iter().map(|candidate| candidate.device.chars().count()).max().unwrap_or(0);
    let width = widest.max("device".len());
    message(&format!(
        "{:<width$}  {:<9}  {:>15}  {:>9}",
        "device", "schedule", "dispatches/step", "us/step"
    ));
    for candidate in candidates {
        let dispatches = candidate.dispatches.map_or("-".into(), |count| format!("{count:.2}"));
        let (device, schedule) = (&candidate.device, &candidate.schedule);
        let who = format!("{device:<width$}  {schedule:<9}  {dispatches:>15}");
        message(&match &candidate.result {
            Ok(seconds) => format!("{who}  {:>9.2}", seconds * 1e6),
            Err(why) => wrapped(&format!("{who}  {:>9}  {why}", "-")),
        });
    }
    message(&format!("instruction set of the CPU: {}\n", InstructionSet::best().name()));
}
