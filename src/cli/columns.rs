//! The table of what is done with each column of the data.

use super::console::message;
use super::wrap::{WIDTH, folded, wrapped};
use crate::run::Reading;
use crate::text::shown;

/// The most columns of the data that are listed.
const MOST_LISTED: usize = 200;
/// The most characters of a column's name.
const MOST_NAME: usize = 24;

/// Prints the table and the notes on standard error, or only the warnings.
pub(super) fn print(reading: &Reading, only_warnings: bool) {
    let warnings = || reading.warnings.iter().map(|text| wrapped(&format!("warning: {text}")));
    let lines = if only_warnings { warnings().collect() } else { lines(reading) };
    lines.iter().for_each(|line| message(line));
}

/// The lines of the table, then notes and warnings.
pub(super) fn lines(reading: &Reading) -> Vec<String> {
    let mut rows =
        vec![["column", "read as", "categories", "missing", "what is done"].map(String::from)];
    for decision in reading.decisions.iter().take(MOST_LISTED) {
        rows.push([
            cut(&shown(&decision.column)),
            decision.kind.clone(),
            decision.categories.map_or("-".into(), |count| count.to_string()),
            if decision.missing == 0 { "-".into() } else { decision.missing.to_string() },
            decision.done.clone(),
        ]);
    }
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [name, kind, categories, missing] = [0, 1, 2, 3].map(width);
    let left = name + kind + categories + missing + 4 * 2;
    let mut lines = vec![format!("columns ({}):", reading.manner)];
    for row in &rows {
        let mut parts = folded(&row[4], WIDTH.saturating_sub(left + 4).max(20)).into_iter();
        let first = parts.next().unwrap_or_default();
        let [own, read_as, count, gaps, _] = row;
        lines.push(format!(
            "    {own:<name$}  {read_as:<kind$}  {count:>categories$}  {gaps:>missing$}  {first}"
        ));
        lines.extend(parts.map(|part| format!("    {:left$}{part}", "")));
    }
    let more = reading.decisions.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        lines.push(format!("    and {more} more"));
    }
    lines.extend(reading.notes.iter().map(|text| wrapped(&format!("note: {text}"))));
    lines.extend(reading.warnings.iter().map(|text| wrapped(&format!("warning: {text}"))));
    lines
}

/// A name cut to a length that leaves room for the rest.
fn cut(name: &str) -> String {
    if name.chars().count() <= MOST_NAME {
        return name.into();
    }
    name.chars().take(MOST_NAME - 3).chain("...".chars()).collect()
}
