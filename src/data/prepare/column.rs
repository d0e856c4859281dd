//! A column of a table, with what is known of it.

use super::asked::AskedKind;
use super::cell_names::cell_shown;
use super::counts::Counts;
use super::dates::DateForm;
use crate::data::frame::{Cell, Cells, Frame};
use crate::error::Error;
use crate::text::shown;

/// A column of a table, with what its reader and its user know of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    pub frame: &'a Frame,
    pub index: usize,
    pub name: &'a str,
    pub cells: &'a Cells,
    pub counts: Counts,
    /// The form of dates whose cells are numbers already.
    pub seconds: Option<DateForm>,
    /// Whether it holds more different texts than the reader keeps.
    pub has_too_many: bool,
}

impl Column<'_> {
    /// An error about a cell, which the message quotes first.
    pub fn refused(&self, row: usize, what: &str) -> Error {
        refused(self.frame, row, self.name, self.cells.cell(row), what)
    }

    /// The option that asks for a kind of this column.
    pub fn option(&self, kind: AskedKind) -> String {
        option(self.name, kind)
    }

    /// An error about the whole column.
    pub fn wrong(&self, what: impl Into<String>) -> Error {
        Error::input(what).within(format!("column {:?}", self.name))
    }
}

/// The option that asks for a kind of a column.
pub(super) fn option(name: &str, kind: AskedKind) -> String {
    let (name, kind) = (shown(name), kind.name());
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.chars().all(is_plain) {
        format!("--column {name}={kind}")
    } else {
        format!("--column '{name}={kind}'")
    }
}

/// An error about a cell of a row: `line 3, column "age": "abc" WHAT`.
pub(super) fn refused(frame: &Frame, row: usize, name: &str, cell: Cell, what: &str) -> Error {
    let place = frame.lines.place(row);
    Error::input(format!("{} {what}", cell_shown(cell)))
        .part(format!("column {name:?}"))
        .within(place)
}
