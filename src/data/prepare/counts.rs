//! What the cells of a column are, counted.

use std::collections::HashMap;

use crate::data::frame::{Cell, Cells};

/// The cells of a column, counted by sort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counts {
    pub gaps: usize,
    pub numbers: usize,
    pub texts: usize,
    /// The row of the first text.
    pub first_text: Option<usize>,
    /// The row of the first infinite number.
    pub first_infinite: Option<usize>,
    /// The least and the most number.
    pub range: (f64, f64),
    /// Whether every number is whole, and small enough to be exact.
    pub are_whole: bool,
    /// Whether every number is 0 or 1.
    pub are_binary: bool,
}

/// The most that a whole number may be, either side of 0: all up to here are exact.
const MOST_WHOLE: f64 = 9007199254740992.0;

/// True for a whole number that is exact.
pub(super) fn is_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= MOST_WHOLE
}

impl Counts {
    pub fn of(cells: &Cells) -> Self {
        let mut counts = Counts {
            gaps: 0,
            numbers: 0,
            texts: 0,
            first_text: None,
            first_infinite: None,
            range: (f64::INFINITY, f64::NEG_INFINITY),
            are_whole: true,
            are_binary: true,
        };
        for (row, &number) in cells.numbers.iter().enumerate() {
            if !number.is_nan() {
                counts.add(row, number);
            } else if cells.codes.get(row).is_some_and(|code| *code > 0) {
                counts.texts += 1;
                counts.first_text.get_or_insert(row);
            } else {
                counts.gaps += 1;
            }
        }
        counts
    }

    /// Counts a number in: a few comparisons, as nearly all cells of large tables are numbers.
    fn add(&mut self, row: usize, number: f64) {
        self.numbers += 1;
        if number < self.range.0 {
            self.range.0 = number;
        }
        if number > self.range.1 {
            self.range.1 = number;
        }
        self.are_whole = self.are_whole && is_whole(number);
        self.are_binary = self.are_binary && (number == 0.0 || number == 1.0);
        if number.is_infinite() {
            self.first_infinite.get_or_insert(row);
        }
    }

    /// The cells that are no gaps.
    pub fn values(&self) -> usize {
        self.numbers + self.texts
    }
}

/// How many values a column has that differ, and how many of them one cell alone has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Different {
    pub values: usize,
    pub singles: usize,
}

impl Different {
    pub fn of(cells: &Cells) -> Self {
        let mut texts = vec![0_u32; cells.texts.len()];
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        for row in 0..cells.len() {
            match cells.cell(row) {
                Cell::Gap => {}
                Cell::Text(_) => texts[cells.codes[row] as usize - 1] += 1,
                Cell::Number(number) => *numbers.entry(bits(number)).or_default() += 1,
            }
        }
        let (mut values, mut singles) = (0, 0);
        for count in texts.into_iter().chain(numbers.into_values()) {
            values += usize::from(count > 0);
            singles += usize::from(count == 1);
        }
        Different { values, singles }
    }
}

/// What tells a number from others; both zeros are one.
pub(super) fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_counted_by_sort() {
        let cells = Cells {
            numbers: vec![1.0, f64::NAN, f64::NAN, -2.5, 1.0],
            codes: vec![0, 0, 1, 0, 0],
            texts: vec!["a".into()],
        };
        let counts = Counts::of(&cells);
        assert_eq!((counts.numbers, counts.texts, counts.gaps), (3, 1, 1));
        assert_eq!((counts.first_text, counts.first_infinite), (Some(2), None));
        assert_eq!(counts.range, (-2.5, 1.0));
        assert!(!counts.are_whole && !counts.are_binary);
        assert_eq!(Different::of(&cells), Different { values: 3, singles: 2 });
    }

    #[test]
    fn both_zeros_are_one_value() {
        let cells = Cells { numbers: vec![0.0, -0.0], ..Cells::default() };
        assert_eq!(Different::of(&cells), Different { values: 1, singles: 0 });
        assert!(Counts::of(&cells).are_binary);
    }

    #[test]
    fn whole_numbers_are_exact() {
        assert!(is_whole(-3.0) && is_whole(MOST_WHOLE));
        assert!(!is_whole(1e300) && !is_whole(0.5) && !is_whole(f64::INFINITY));
    }
}
