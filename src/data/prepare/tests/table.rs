//! Tables from short texts.

use crate::data::frame::{Cells, Frame, Lines};

/// The cells of a column from texts: a gap is empty, NA, nan or ?; a number is what is read as one.
pub fn cells<'a>(column: impl IntoIterator<Item = &'a str>) -> Cells {
    let mut cells = Cells::default();
    for text in column {
        let is_gap = matches!(text, "" | "NA" | "nan" | "?");
        let number = text.parse().ok();
        let mut code = 0;
        if !is_gap && number.is_none() {
            let known = cells.texts.iter().position(|own| own == text);
            code = 1 + known.unwrap_or_else(|| {
                cells.texts.push(text.to_owned());
                cells.texts.len() - 1
            }) as u32;
        }
        cells.codes.push(code);
        cells.numbers.push(number.filter(|_| !is_gap).unwrap_or(f64::NAN));
    }
    if cells.texts.is_empty() {
        cells.codes.clear();
    }
    cells
}

/// A table from lines of cells between commas, names first.
pub fn frame(text: &str) -> Frame {
    let lines: Vec<Vec<&str>> =
        text.trim().lines().map(|line| line.trim().split(',').collect()).collect();
    let names: Vec<&str> = lines[0].clone();
    let column = |at: usize| cells(lines[1..].iter().map(|line| line[at]));
    Frame {
        names: names.iter().map(ToString::to_string).collect(),
        columns: (0..names.len()).map(column).collect(),
        lines: Lines { starts: vec![(0, 2)] },
        nameless: vec![],
        kept: vec![],
    }
}

/// A table of columns, each a name and its cells.
pub fn frame_of(columns: &[(&str, Vec<String>)]) -> Frame {
    Frame {
        names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        columns: columns.iter().map(|(_, own)| cells(own.iter().map(String::as_str))).collect(),
        lines: Lines { starts: vec![(0, 2)] },
        nameless: vec![],
        kept: vec![],
    }
}

/// The texts that `make` gives for so many rows.
pub fn made<T: ToString>(rows: usize, make: impl Fn(usize) -> T) -> Vec<String> {
    (0..rows).map(|row| make(row).to_string()).collect()
}
