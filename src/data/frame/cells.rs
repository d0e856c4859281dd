//! A column of a table as it was read.

/// The cells of a column: numbers, texts and gaps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells {
    /// The number of each cell; NaN where it is a text or a gap.
    pub numbers: Vec<f64>,
    /// 0 for a number or a gap, k for the text at k - 1. Empty where no cell is a text.
    pub codes: Vec<u32>,
    /// The different texts, in the order in which they come first.
    pub texts: Vec<String>,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A cell that holds nothing, or a word that says so.
    Gap,
    /// A number, perhaps infinite.
    Number(f64),
    /// Any other text, without blanks around it.
    Text(&'a str),
}

impl Cells {
    /// The number of cells.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self.codes.get(row) {
            Some(&code) if code > 0 => Cell::Text(&self.texts[code as usize - 1]),
            _ if self.numbers[row].is_nan() => Cell::Gap,
            _ => Cell::Number(self.numbers[row]),
        }
    }
}
