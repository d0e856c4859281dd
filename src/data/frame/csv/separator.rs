//! What separates the fields of a text.

use std::fmt;

use super::fields::{Ending, Field};

/// The records that tell the separator.
const SAMPLE: usize = 100;

/// What separates the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// Commas.
    Comma,
    /// Semicolons, beside which numbers may have decimal commas.
    Semicolon,
    /// Tabs.
    Tab,
    /// Vertical bars.
    Pipe,
}

/// What a separator makes of the first records.
struct Guess {
    separator: Separator,
    /// The fields of the first record.
    fields: usize,
    records: usize,
    /// The records with as many fields as the first one.
    equal: usize,
}

impl Separator {
    /// The byte that it is.
    pub fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Pipe => b'|',
        }
    }

    /// Finds the separator of a text by its start; None if the start is too short to tell, and more of it comes.
    pub(super) fn of(start: &[u8], is_whole: bool) -> Option<Self> {
        // The rarer a character is within texts and numbers, the earlier it is believed.
        let order = [Separator::Tab, Separator::Pipe, Separator::Semicolon, Separator::Comma];
        let guesses = order.map(|separator| Guess::of(separator, start, is_whole));
        if !is_whole && guesses.iter().all(|guess| guess.records < 2) {
            return None;
        }
        let tables = || guesses.iter().filter(|guess| guess.fields > 1);
        let even = tables().find(|guess| guess.equal == guess.records);
        // One ragged line must not hide the separator: that line is refused later, by its number.
        let best = || tables().max_by(|a, b| a.share().total_cmp(&b.share()));
        Some(even.or_else(best).map_or(Separator::Comma, |guess| guess.separator))
    }
}

impl Guess {
    fn of(separator: Separator, start: &[u8], is_whole: bool) -> Self {
        let mut guess = Guess { separator, fields: 0, records: 0, equal: 0 };
        let (mut at, mut fields) = (0, 0);
        while guess.records < SAMPLE && (at < start.len() || fields > 0) {
            let field = Field::at(start, at, separator.byte());
            at = field.next;
            fields += 1;
            match field.ending {
                Ending::Separator => continue,
                Ending::Line => {}
                Ending::Text if is_whole => {}
                Ending::Text | Ending::OpenQuote => break,
            }
            if fields > 1 || !field.is_blank(start) {
                guess.count(fields);
            }
            fields = 0;
        }
        guess
    }

    fn count(&mut self, fields: usize) {
        if self.records == 0 {
            self.fields = fields;
        }
        self.records += 1;
        self.equal += usize::from(fields == self.fields);
    }

    fn share(&self) -> f64 {
        self.equal as f64 / self.records as f64
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Separator::Comma => "commas",
            Separator::Semicolon => "semicolons",
            Separator::Tab => "tabs",
            Separator::Pipe => "vertical bars",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_makes_even_records() {
        for (text, separator) in [
            ("a,b\n1,2\n", Separator::Comma),
            ("a;b\n1,5;2,5\n", Separator::Semicolon),
            ("a\tb c\n1,5\t2;5", Separator::Tab),
            ("a|b\n1|2", Separator::Pipe),
            ("a,b\n1,x|y\n2,z\n", Separator::Comma),
            ("\"a;b\",c\n\"d;e\",f\n", Separator::Comma),
            ("\"a\n;b\",c\n\n\"d;e\",f\n", Separator::Comma),
            ("a\n1\n", Separator::Comma),
            ("", Separator::Comma),
        ] {
            assert_eq!(Separator::of(text.as_bytes(), true), Some(separator), "{text:?}");
        }
    }

    #[test]
    fn a_ragged_line_does_not_hide_the_separator() {
        let text = b"a;b\n1;2\n3;4;5\n6;7\n";
        assert_eq!(Separator::of(text, true), Some(Separator::Semicolon));
    }

    #[test]
    fn a_start_without_two_records_does_not_tell() {
        assert_eq!(Separator::of(b"a;b\n1;", false), None);
        assert_eq!(Separator::of(b"a;b\n1;2\n", false), Some(Separator::Semicolon));
        assert_eq!(Separator::of(b"a;b\n1;2", true), Some(Separator::Semicolon));
    }
}
