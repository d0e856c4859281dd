//! A preparation in words, for those who run a network without this program.

use super::cell_names::number_name;
use super::coding::Coding;
use super::date_parts::DatePart;
use super::dates::moment_shown;
use super::preparation::{Preparation, PreparedColumn};
use crate::text::shown;

impl Preparation {
    /// How to turn each column into inputs, a line each, in the order of the inputs.
    pub fn documentation(&self) -> String {
        let lines: Vec<String> = self.columns().iter().map(line).collect();
        lines.join("\n")
    }
}

fn line(column: &PreparedColumn) -> String {
    let name = shown(&column.name);
    let what = match &column.coding {
        Coding::Number { fill, .. } => format!("the number; {} for a gap", number_name(*fill)),
        Coding::Boolean { words, fill, .. } => {
            let words = words
                .as_ref()
                .map_or("0 or 1".to_owned(), |[no, yes]| format!("0 for {no:?}, 1 for {yes:?}"));
            format!("{words}; {} for a gap", u8::from(*fill))
        }
        Coding::Category { names, has_other, has_missing } => {
            category(names, *has_other, *has_missing)
        }
        Coding::Date { form, fill, parts, .. } => {
            let parts: Vec<String> = parts.iter().map(|part| formula(*part)).collect();
            format!(
                "date {}; {}; {} for a gap",
                form.pattern(),
                parts.join(", "),
                moment_shown(*fill)
            )
        }
    };
    let indicator = if column.coding.has_indicator() { "; then 1 for a gap, else 0" } else { "" };
    format!("{name}: {what}{indicator}")
}

fn category(names: &[String], has_other: bool, has_missing: bool) -> String {
    let mut inputs: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    inputs.extend(has_other.then(|| "any other".to_owned()));
    inputs.extend(has_missing.then(|| "a gap".to_owned()));
    format!("1 for its own category and 0 for the others, in this order: {}", inputs.join(", "))
}

/// The formula of a part of a date.
fn formula(part: DatePart) -> String {
    let of = match part {
        DatePart::Count => return "days since 2000-01-01 with fraction".to_owned(),
        DatePart::Year => return "year".to_owned(),
        DatePart::Month => "(month-1)/12",
        DatePart::Weekday => "weekday(Monday 0)/7",
        DatePart::DayOfYear => "(day of year-1)/365.25",
        DatePart::TimeOfDay => "seconds of day/86400",
    };
    format!("sin and cos of 2*pi*{of}")
}
