//! The targets and weights of rows that take no part in the recognition of columns: those of a test file.

use ndarray::Array2;

use super::booleans::{is_word, word_value};
use super::cell_names::number_name;
use super::column::refused;
use super::recognised::Recognised;
use super::target::{TargetKind, TargetsFound};
use crate::data::frame::{Cell, Frame, column_of};
use crate::data::targets::Targets;
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;
use crate::text::listed;

/// The classes that a message lists.
const MOST_LISTED: usize = 12;

impl TargetsFound {
    /// The targets of a table of the same columns, as those of this one were read.
    pub fn of(&self, frame: &Frame) -> Result<Targets> {
        let labels = self.labels();
        let mut values = Array2::zeros((frame.rows(), self.names.len()));
        for (at, name) in self.names.iter().enumerate() {
            let column = index_of(frame, name)?;
            for row in 0..frame.rows() {
                let cell = frame.columns[column].cell(row);
                values[[row, at]] = self.value(cell, &labels).ok_or_else(|| {
                    refused(frame, row, &frame.names[column], cell, &self.allowed(&labels))
                })?;
            }
        }
        Ok(match self.kind {
            TargetKind::Values => Targets::Reals(values),
            TargetKind::Classes { .. } | TargetKind::Labels => {
                Targets::Integers(values.mapv(|value| value as i64))
            }
        })
    }

    /// The labels of classes without names, ascending.
    fn labels(&self) -> Vec<i64> {
        let Targets::Integers(labels) = &self.targets else { return vec![] };
        let mut labels: Vec<i64> = labels.iter().copied().collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    fn value(&self, cell: Cell, labels: &[i64]) -> Option<f64> {
        match (&self.kind, cell) {
            (_, Cell::Gap) => None,
            (TargetKind::Values, Cell::Number(number)) => {
                Some(number).filter(|own| own.is_finite())
            }
            (TargetKind::Values, Cell::Text(text)) => word_value(text),
            (TargetKind::Labels, Cell::Number(number)) => {
                (number == 0.0 || number == 1.0).then_some(number)
            }
            (TargetKind::Labels, Cell::Text(text)) => word_value(text),
            (TargetKind::Classes { names: Some(names), .. }, cell) => class_of(names, cell),
            (TargetKind::Classes { names: None, .. }, Cell::Number(number)) => {
                labels.iter().any(|label| *label as f64 == number).then_some(number)
            }
            (TargetKind::Classes { names: None, .. }, Cell::Text(_)) => None,
        }
    }

    fn allowed(&self, labels: &[i64]) -> String {
        let classes: Vec<String> = match &self.kind {
            TargetKind::Values => return "is no target; allowed: finite numbers".into(),
            TargetKind::Labels => return "is no label; allowed: 0 and 1, or two words".into(),
            TargetKind::Classes { names: Some(names), .. } => names.clone(),
            TargetKind::Classes { names: None, .. } => labels.iter().map(i64::to_string).collect(),
        };
        let names = listed(classes.iter().take(MOST_LISTED));
        format!("is no class of the rows that are learned from; allowed: {names}")
    }
}

/// The class of a cell: by its name, letter case aside where that tells them apart; of two words also by 0 and 1.
pub fn class_of(names: &[String], cell: Cell) -> Option<f64> {
    let text = match cell {
        Cell::Gap => return None,
        Cell::Number(number) => number_name(number),
        Cell::Text(text) => text.to_owned(),
    };
    let exact = names.iter().position(|name| *name == text);
    let found = exact.or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(&text)));
    let found = found.or_else(|| {
        let are_words = names.len() == 2 && names.iter().all(|name| is_word(name));
        ["0", "1"].iter().position(|number| *number == text).filter(|_| are_words)
    });
    found.map(|class| class as f64)
}

impl Recognised<'_> {
    /// The weights of a table of the same columns, if a column of this one tells them.
    pub fn weights_of(&self, frame: &Frame) -> Result<Option<Vec<f64>>> {
        let own = self.decisions.iter().find(|decision| decision.kind == "weight");
        let Some(own) = own else { return Ok(None) };
        let column = index_of(frame, &own.column)?;
        let weight = |row: usize| match frame.columns[column].cell(row) {
            Cell::Number(weight) if weight.is_finite() && weight >= 0.0 => Ok(weight),
            cell => {
                let what = "is no weight; allowed: numbers of 0 or more";
                Err(refused(frame, row, &frame.names[column], cell, what))
            }
        };
        (0..frame.rows()).map(weight).collect::<Result<_>>().map(Some)
    }
}

fn index_of(frame: &Frame, name: &str) -> Result<usize> {
    column_of(&frame.names, name).ok_or_else(|| {
        let hint = did_you_mean(name, frame.names.iter().map(String::as_str));
        Error::input(format!("has no column {name:?}{hint}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_known_by_its_name_in_any_case_and_two_words_by_0_and_1() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let of = |own: &[&str], cell| class_of(&names(own), cell);
        assert_eq!(of(&["Adelie", "Gentoo"], Cell::Text("gentoo")), Some(1.0));
        assert_eq!(of(&["a", "A"], Cell::Text("A")), Some(1.0));
        assert_eq!(of(&["False", "True"], Cell::Number(1.0)), Some(1.0));
        assert_eq!(of(&["no", "yes"], Cell::Text("YES")), Some(1.0));
        assert_eq!(of(&["cat", "dog"], Cell::Number(1.0)), None);
        assert_eq!(of(&["3", "5"], Cell::Number(5.0)), Some(1.0));
        assert_eq!(of(&["cat", "dog"], Cell::Gap), None);
    }
}
