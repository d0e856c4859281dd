//! Checks of a preparation from a file, which may be damaged.

use std::collections::HashSet;

use super::coding::Coding;
use super::dates::date_and_seconds;
use super::fit::MOST_CATEGORIES;
use super::preparation::{Preparation, PreparedColumn};
use crate::error::{Error, Result, counted};

impl Preparation {
    /// Refuses a preparation that no fit makes, or that doesn't make so many inputs.
    pub fn check(&self, inputs: usize) -> Result<()> {
        let mut names: HashSet<&str> = HashSet::new();
        for (at, column) in self.columns().iter().enumerate() {
            let wrong = |what: String| {
                Error::input(what)
                    .within(format!("column {at} {:?} of the preparation", column.name))
            };
            if column.name.is_empty() || !names.insert(column.name.trim()) {
                return Err(wrong("a name that is empty or another column's".to_owned()));
            }
            if let Some(what) = fault(column) {
                return Err(wrong(what.to_owned()));
            }
        }
        if self.inputs().len() != inputs {
            return Err(Error::input(format!(
                "the preparation makes {}, and the network takes {inputs}",
                counted(self.inputs().len(), "input")
            )));
        }
        Ok(())
    }
}

/// What is wrong with a column.
fn fault(column: &PreparedColumn) -> Option<&'static str> {
    match &column.coding {
        Coding::Number { fill, .. } => (!fill.is_finite()).then_some("a fill that is not finite"),
        Coding::Boolean { words, .. } => {
            let [no, yes] = words.as_ref()?;
            let is_wrong =
                no.is_empty() || yes.is_empty() || no.to_lowercase() == yes.to_lowercase();
            is_wrong.then_some("two words that are empty or the same")
        }
        Coding::Category { names, has_other, .. } => {
            if names.len() > MOST_CATEGORIES {
                Some("too many categories")
            } else if !names.is_sorted_by(|a, b| a < b) {
                Some("categories that are not in order, or twice")
            } else if *has_other && names.len() < MOST_CATEGORIES {
                Some("a category for all others, though few have one of their own")
            } else {
                None
            }
        }
        Coding::Date { fill, parts, .. } => {
            if date_and_seconds(*fill).is_none() {
                Some("a fill that is no date")
            } else if !parts.is_sorted_by(|a, b| a < b) {
                Some("parts of dates that are not in order, or twice")
            } else {
                None
            }
        }
    }
}
