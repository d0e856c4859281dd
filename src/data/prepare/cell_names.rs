//! Cells as texts: the names of categories, and quotations in messages.

use crate::data::frame::Cell;

/// The most characters of a cell that a message shows.
const LONGEST_SHOWN: usize = 60;

/// The shortest text that reads back as the number: 1, 2.5, 1e300. Negative zero is 0.
pub(super) fn number_name(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if (1e-5..1e16).contains(&size) || !number.is_finite() {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// A text in quotes, escaped and cut to what a line of a message holds.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// A cell in a message: a number as it is, a text in quotes.
pub(super) fn cell_shown(cell: Cell) -> String {
    match cell {
        Cell::Gap => "a gap".to_owned(),
        Cell::Number(number) => number_name(number),
        Cell::Text(text) => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_named_by_their_shortest_text() {
        for (number, name) in [
            (1.0, "1"),
            (-0.0, "0"),
            (2.5, "2.5"),
            (-1234567.0, "-1234567"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e300, "1e300"),
            (2.5e-9, "2.5e-9"),
        ] {
            assert_eq!(number_name(number), name);
        }
    }

    #[test]
    fn long_texts_are_cut_and_controls_escaped() {
        assert_eq!(quoted("a\u{1b}b"), r#""a\u{1b}b""#);
        assert_eq!(quoted(&"ä".repeat(61)), format!("\"{}\"...", "ä".repeat(60)));
        assert_eq!(cell_shown(Cell::Number(3.0)), "3");
    }
}
