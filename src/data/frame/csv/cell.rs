//! What a cell holds: a gap, a number or a text.

use memchr::memchr2;

use super::decimal::decimal;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    Gap,
    Number(f64, Mark),
    Text,
}

/// The decimal mark of a number. It is looked at only where both marks are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Point,
    Comma,
}

/// How cells are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CellRules {
    /// Further words for a gap, without blanks around them.
    pub gaps: Vec<String>,
    /// Whether 1,5 is a number too.
    pub has_decimal_commas: bool,
}

impl CellRules {
    /// Tells what a cell holds, which has no blanks around it.
    pub fn read(&self, cell: &str) -> Found {
        if self.gaps.iter().any(|gap| gap == cell) {
            return Found::Gap;
        }
        let mark = if self.has_decimal_commas { mark_of(cell) } else { Mark::None };
        let number = if mark == Mark::Comma { of_decimal_comma(cell) } else { number_of(cell) };
        match number {
            // The parser takes nan and inf in any case, too.
            Some(value) if value.is_nan() => Found::Gap,
            Some(value) => Found::Number(value, mark),
            None if matches!(cell, "" | "NA" | "?") => Found::Gap,
            None => Found::Text,
        }
    }

    /// The finite number that a text begins with, and its length. None where a cell may be a gap though it is a number,
    /// or a number that is written with a comma.
    pub fn plain_number(&self, text: &[u8]) -> Option<(f64, usize)> {
        let begins_one = matches!(text.first(), Some(b'-' | b'0'..=b'9'));
        if !begins_one || self.has_decimal_commas || !self.gaps.is_empty() {
            return None;
        }
        let other = || fast_float2::parse_partial::<f64, _>(text).ok();
        decimal(text).or_else(other).filter(|(number, _)| number.is_finite())
    }

    /// True for a number, infinite and undefined ones included.
    pub fn is_number(&self, cell: &str) -> bool {
        number_of(cell).is_some() || matches!(self.read(cell), Found::Number(..))
    }
}

/// The number of a text, to the last bit, as the standard parser has it in twice the time.
fn number_of(text: &str) -> Option<f64> {
    fast_float2::parse(text).ok()
}

/// The first decimal mark of a cell.
fn mark_of(cell: &str) -> Mark {
    match memchr2(b',', b'.', cell.as_bytes()).map(|at| cell.as_bytes()[at]) {
        None => Mark::None,
        Some(b',') => Mark::Comma,
        Some(_) => Mark::Point,
    }
}

/// The number of a cell such as 1,5. That 1.234,5 is none is on purpose: which mark parts the thousands is a guess.
fn of_decimal_comma(cell: &str) -> Option<f64> {
    const LONGEST: usize = 40;
    let (before, after) = cell.split_once(',')?;
    if cell.len() > LONGEST {
        return number_of(&format!("{before}.{after}"));
    }
    // A copy on the stack takes half the time of one on the heap.
    let mut copy = [0; LONGEST];
    copy[..cell.len()].copy_from_slice(cell.as_bytes());
    copy[before.len()] = b'.';
    number_of(std::str::from_utf8(&copy[..cell.len()]).ok()?)
}

/// A cell without blanks around it.
pub(super) fn trimmed(cell: &str) -> &str {
    // Nearly every cell begins and ends with a visible ASCII character, which is told faster than a blank of Unicode.
    match cell.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        [only] if only.is_ascii_graphic() => cell,
        _ => cell.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, has_decimal_commas: bool) -> Found {
        CellRules { gaps: vec!["-999".into(), "none".into()], has_decimal_commas }.read(cell)
    }

    #[test]
    fn gaps_numbers_and_texts_are_told_apart() {
        for gap in ["", "NA", "nan", "NaN", "NAN", "-nan", "?", "-999", "none"] {
            assert_eq!(read(gap, false), Found::Gap, "{gap:?}");
        }
        for (number, value) in [
            ("1", 1.0),
            ("+1.5", 1.5),
            ("-1e-3", -0.001),
            (".5", 0.5),
            ("1.", 1.0),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("INF", f64::INFINITY),
            ("1e400", f64::INFINITY),
        ] {
            assert_eq!(read(number, false), Found::Number(value, Mark::None), "{number:?}");
        }
        for text in ["a", "0x10", "1_000", "1,5", "1 2", "--1", "None", "na", "-", "2024-01-02"] {
            assert_eq!(read(text, false), Found::Text, "{text:?}");
        }
    }

    #[test]
    fn decimal_commas_are_numbers_where_they_are_allowed() {
        assert_eq!(read("1,5", true), Found::Number(1.5, Mark::Comma));
        assert_eq!(read("-1,5e3", true), Found::Number(-1500.0, Mark::Comma));
        assert_eq!(read("1.5", true), Found::Number(1.5, Mark::Point));
        assert_eq!(read("15", true), Found::Number(15.0, Mark::None));
        for text in ["1.234,5", "1,234,5", "a,b", ","] {
            assert_eq!(read(text, true), Found::Text, "{text:?}");
        }
    }

    #[test]
    fn every_number_is_read_to_the_last_bit_by_both_ways() {
        proptest::proptest!(|(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL)| {
            let rules = CellRules { gaps: vec![], has_decimal_commas: false };
            for text in [format!("{number}"), format!("{number:e}"), format!("{number:.17e}")] {
                assert_eq!(rules.read(&text), Found::Number(number, Mark::None), "{text}");
                let plain = rules.plain_number(format!("{text},7").as_bytes());
                assert_eq!(plain, Some((number, text.len())), "{text}");
            }
        });
    }

    #[test]
    fn a_plain_number_is_finite_and_may_not_be_a_gap() {
        let plain = |text: &str| {
            CellRules { gaps: vec![], has_decimal_commas: false }.plain_number(text.as_bytes())
        };
        assert_eq!(plain("-1.5e3\n"), Some((-1500.0, 6)));
        for text in ["", "-", "-inf", "-nan", "1e400", "nan", " 1", "+1", ".5"] {
            assert_eq!(plain(text), None, "{text:?}");
        }
        let rules = CellRules { gaps: vec!["-999".into()], has_decimal_commas: false };
        assert_eq!(rules.plain_number(b"-999,1"), None);
        let rules = CellRules { gaps: vec![], has_decimal_commas: true };
        assert_eq!(rules.plain_number(b"1;5"), None);
    }

    #[test]
    fn blanks_are_those_of_unicode() {
        for cell in [" a b ", "\ta b\r", "\u{a0}a b\u{3000}", "a b"] {
            assert_eq!(trimmed(cell), "a b", "{cell:?}");
        }
        assert_eq!((trimmed("x"), trimmed(" "), trimmed("")), ("x", "", ""));
    }
}
