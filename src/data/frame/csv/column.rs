//! A column of a block while it grows.

use std::borrow::Cow;

use super::cell::{CellRules, Found, trimmed};
use super::notation::Notations;
use super::texts::Texts;
use crate::data::frame::Cells;

/// A column of a block while it grows.
#[derive(Debug, Default)]
pub(super) struct Column<'t> {
    numbers: Vec<f64>,
    /// Empty until a text comes.
    codes: Vec<u32>,
    texts: Texts<'t>,
    notations: Notations,
}

impl<'t> Column<'t> {
    /// A column with room for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Column { numbers: Vec::with_capacity(rows), ..Column::default() }
    }

    /// Appends a cell of a line.
    pub fn push(&mut self, cell: Cow<'t, str>, line: u64, rules: &CellRules) {
        match rules.read(trimmed(&cell)) {
            Found::Number(value, mark) => {
                self.notations.see(mark, line);
                self.push_number(value);
            }
            Found::Gap => self.push_number(f64::NAN),
            Found::Text => self.push_text(without_blanks(cell)),
        }
    }

    /// Appends a number, or NaN for a gap.
    #[inline]
    pub fn push_number(&mut self, value: f64) {
        self.numbers.push(value);
        if !self.codes.is_empty() {
            self.codes.push(0);
        }
    }

    fn push_text(&mut self, text: Cow<'t, str>) {
        if self.codes.is_empty() {
            self.codes.reserve(self.numbers.capacity());
            self.codes.resize(self.numbers.len(), 0);
        }
        self.codes.push(self.texts.code(text));
        self.numbers.push(f64::NAN);
    }

    /// The cells, and the notations of their numbers.
    pub fn into_cells(self) -> (Cells, Notations) {
        let texts = self.texts.into_list();
        (Cells { numbers: self.numbers, codes: self.codes, texts }, self.notations)
    }
}

fn without_blanks(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(cell) => Cow::Borrowed(trimmed(cell)),
        Cow::Owned(cell) => Cow::Owned(trimmed(&cell).into()),
    }
}
