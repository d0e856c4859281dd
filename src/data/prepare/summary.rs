//! What a preparation does with each column of the training file.

use super::cell_names::number_name;
use super::coding::Coding;
use super::dates::moment_shown;
use super::decisions::Decision;
use super::fit::MOST_CATEGORIES;
use super::input_column::InputColumn;
use super::preparation::Preparation;
use super::recognised::Recognised;
use super::typed::Values;
use crate::data::frame::{Cell, Frame};

impl Preparation {
    /// What is done with each column of the training file, in its order; gaps and categories are counted in the training
    /// rows.
    pub fn summary(&self, recognised: &Recognised, frame: &Frame, rows: &[u32]) -> Vec<Decision> {
        let mut own = self.columns().iter().zip(&recognised.inputs).peekable();
        let mut decisions = recognised.decisions.clone();
        for (index, decision) in decisions.iter_mut().enumerate() {
            if decision.missing > 0 {
                let is_gap = |row: &&u32| frame.columns[index].cell(**row as usize) == Cell::Gap;
                decision.missing = rows.iter().filter(is_gap).count();
            }
            let Some((column, input)) = own.next_if(|(_, input)| input.index == index) else {
                continue;
            };
            let remark = if decision.done == "input" { "" } else { decision.done.as_str() };
            let counted = seen(input, rows);
            decision.categories = counted;
            let mut done = done(&column.coding, counted);
            if !remark.is_empty() {
                done = format!("{done}; {remark}");
            }
            decision.done = done;
        }
        decisions
    }
}

/// The number of different names in the training rows.
fn seen(input: &InputColumn, rows: &[u32]) -> Option<usize> {
    let Values::Names { codes, names } = &input.values else { return None };
    let mut is_seen = vec![false; names.len() + 1];
    rows.iter().for_each(|row| is_seen[codes[*row as usize] as usize] = true);
    Some(is_seen.iter().skip(1).filter(|is_seen| **is_seen).count())
}

/// What is done with a column, in short words.
fn done(coding: &Coding, seen: Option<usize>) -> String {
    let gaps = |fill: String| {
        if coding.has_indicator() { format!("{fill}, indicator") } else { String::new() }
    };
    match coding {
        Coding::Number { fill, has_indicator: true } => {
            gaps(format!("median {}", number_name(*fill)))
        }
        Coding::Number { .. } => "as it is".to_owned(),
        Coding::Boolean { words, fill, has_indicator } => {
            let words = words
                .as_ref()
                .map_or("0, 1".to_owned(), |[no, yes]| format!("{no:?} 0, {yes:?} 1"));
            let comma = if *has_indicator { "; " } else { "" };
            format!("{words}{comma}{}", gaps(format!("gaps {}", u8::from(*fill))))
        }
        Coding::Category { names, has_other, has_missing } => {
            let inputs = names.len() + usize::from(*has_other) + usize::from(*has_missing);
            let rest = seen.unwrap_or(0).saturating_sub(MOST_CATEGORIES);
            let other = if *has_other { format!(", {rest} as (other)") } else { String::new() };
            format!("{inputs} one-hot{other}")
        }
        Coding::Date { fill, parts, has_indicator, .. } => {
            let mut all: Vec<&str> = parts.iter().map(|part| part.name()).collect();
            let gap = gaps(format!("median {}", moment_shown(*fill)));
            if *has_indicator {
                all.push(&gap);
            }
            if all.is_empty() { "no input: one date".to_owned() } else { all.join(", ") }
        }
    }
}
