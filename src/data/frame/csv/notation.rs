//! Decimal commas and decimal points in one column.

use super::cell::Mark;
use crate::error::{Error, Result};
use crate::text::shown;

/// The line in which a column first has a number of each notation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Notations {
    comma: Option<u64>,
    point: Option<u64>,
}

impl Notations {
    /// Counts a number in.
    pub fn see(&mut self, mark: Mark, line: u64) {
        match mark {
            Mark::None => {}
            Mark::Point => _ = self.point.get_or_insert(line),
            Mark::Comma => _ = self.comma.get_or_insert(line),
        }
    }

    /// Counts those of later lines in; refuses both notations in the column of this name.
    pub fn join(&mut self, later: Notations, column: &str) -> Result<()> {
        self.comma = self.comma.or(later.comma);
        self.point = self.point.or(later.point);
        match (self.comma, self.point) {
            (Some(comma), Some(point)) => Err(Error::input(format!(
                "column {} has numbers in two notations: with a decimal comma in line {comma}, with a point in \
                 line {point}; allowed: one of them in the whole column",
                shown(column)
            ))),
            _ => Ok(()),
        }
    }
}
