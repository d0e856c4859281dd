//! Columns that are joined of blocks.

use std::borrow::Cow;

use super::overflow::Overflow;
use super::texts::Texts;

use crate::data::frame::{Cells, Lines};

/// The different texts that a column keeps: a column with more is an identity, a date or prose, and no category.
pub(super) const MOST_TEXTS: usize = 1 << 16;

/// A column that is joined of blocks.
#[derive(Debug)]
pub(super) struct Joined {
    numbers: Vec<f64>,
    /// Empty until a text comes.
    codes: Vec<u32>,
    texts: Texts<'static>,
    keeps_all_texts: bool,
    overflow: Option<Overflow>,
}

impl Joined {
    pub fn new(keeps_all_texts: bool) -> Self {
        Joined {
            numbers: vec![],
            codes: vec![],
            texts: Texts::default(),
            keeps_all_texts,
            overflow: None,
        }
    }

    /// Appends the cells of the next block.
    pub fn append(&mut self, cells: Cells, seconds: fn(&str) -> Option<f64>) {
        match &self.overflow {
            None => {
                self.append_all(cells);
                if self.texts.len() > MOST_TEXTS && !self.keeps_all_texts {
                    self.overflow(seconds);
                }
            }
            Some(Overflow::Seconds) => match in_seconds(cells, seconds) {
                Ok(numbers) => self.numbers.extend(numbers),
                Err(cells) => {
                    // The dates so far are texts like those that are none: what is left is numbers alone.
                    self.numbers.fill(f64::NAN);
                    self.drop_texts(&cells.texts, seconds);
                    self.numbers.extend(cells.numbers);
                }
            },
            Some(Overflow::Dropped { .. }) => self.numbers.extend(cells.numbers),
        }
    }

    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.numbers[..]) + size_of_val(&self.codes[..]) + self.texts.bytes()
    }

    /// The cells, and what became of their texts.
    pub fn into_cells(mut self) -> (Cells, Option<Overflow>) {
        self.numbers.shrink_to_fit();
        self.codes.shrink_to_fit();
        let texts = self.texts.into_list();
        (Cells { numbers: self.numbers, codes: self.codes, texts }, self.overflow)
    }

    fn append_all(&mut self, cells: Cells) {
        let before = self.numbers.len();
        self.numbers.extend(cells.numbers);
        if cells.codes.is_empty() && self.codes.is_empty() {
            return;
        }
        self.codes.resize(before, 0);
        let code = |text| self.texts.code(Cow::Owned(text));
        let codes: Vec<u32> = cells.texts.into_iter().map(code).collect();
        // Code 0 is no text.
        let own = |code: u32| code.checked_sub(1).map_or(0, |at| codes[at as usize]);
        self.codes.extend(cells.codes.into_iter().map(own));
        self.codes.resize(self.numbers.len(), 0);
    }

    /// Turns all texts into seconds, or drops them.
    fn overflow(&mut self, seconds: fn(&str) -> Option<f64>) {
        let texts = std::mem::take(&mut self.texts).into_list();
        let (numbers, codes) = (std::mem::take(&mut self.numbers), std::mem::take(&mut self.codes));
        match in_seconds(Cells { numbers, codes, texts }, seconds) {
            Ok(numbers) => {
                self.numbers = numbers;
                self.overflow = Some(Overflow::Seconds);
            }
            Err(cells) => {
                self.drop_texts(&cells.texts, seconds);
                self.numbers = cells.numbers;
            }
        }
    }

    fn drop_texts(&mut self, texts: &[String], seconds: fn(&str) -> Option<f64>) {
        let no_date = texts.iter().find(|text| seconds(text).is_none());
        let example = no_date.or(texts.first()).cloned().unwrap_or_default();
        self.overflow = Some(Overflow::Dropped { example });
    }
}

/// The seconds of cells that are all dates or gaps; else the same cells.
fn in_seconds(mut cells: Cells, seconds: fn(&str) -> Option<f64>) -> Result<Vec<f64>, Cells> {
    let all: Option<Vec<f64>> = cells.texts.iter().map(|text| seconds(text)).collect();
    // A number beside dates is in no unit that is known.
    let has_number = cells.numbers.iter().any(|number| !number.is_nan());
    let Some(all) = all.filter(|_| !has_number) else { return Err(cells) };
    for (number, code) in cells.numbers.iter_mut().zip(&cells.codes) {
        if let Some(at) = code.checked_sub(1) {
            *number = all[at as usize];
        }
    }
    Ok(cells.numbers)
}

/// Appends the lines of a block whose first row is the row `first`.
pub(super) fn join_lines(lines: &mut Lines, block: &Lines, first: usize) {
    for &(row, line) in &block.starts {
        let row = first + row;
        let follows = |&(start, of_start): &(usize, u64)| of_start + (row - start) as u64 == line;
        if !lines.starts.last().is_some_and(follows) {
            lines.starts.push((row, line));
        }
    }
}
