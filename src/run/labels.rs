//! Targets of several labels per row.

use crate::data::Targets;
use crate::error::{Error, Result};

/// Refuses targets of several labels per row that are neither 0 nor 1.
pub(crate) fn check_labels(targets: &Targets) -> Result<()> {
    match other_than_labels(targets) {
        None => Ok(()),
        Some(found) => Err(Error::input(format!(
            "{found}; several labels a row are a column a label, of 0 and 1 alone"
        ))),
    }
}

/// The first target that is neither 0 nor 1, in words.
pub(super) fn other_than_labels(targets: &Targets) -> Option<String> {
    let ((row, column), found) = match targets {
        Targets::Integers(y) => {
            let (at, found) = y.indexed_iter().find(|(_, y)| !matches!(y, 0 | 1))?;
            (at, found.to_string())
        }
        Targets::Reals(y) => {
            let (at, found) = y.indexed_iter().find(|(_, y)| **y != 0.0 && **y != 1.0)?;
            (at, found.to_string())
        }
    };
    Some(format!("the targets hold {found} in row {row}, column {column} (counted from 0)"))
}
