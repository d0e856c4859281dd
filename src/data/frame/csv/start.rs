//! What the start of a text tells: its separator and its first record.

use super::block::{refuse_zero_bytes, text_of};
use super::fields::{Ending, Field};
use super::scanner::{LONGEST, Scanner};
use super::separator::Separator;
use crate::error::{Error, Result};

/// The start that is looked at, unless two records are longer.
const START: usize = 1 << 16;

/// The first record of a text.
pub(super) struct FirstRecord {
    pub cells: Vec<String>,
    /// The line in which it begins.
    pub line: u64,
}

/// Finds the separator, and tells the scanner; nothing is taken off the text.
pub(super) fn find_separator(scanner: &mut Scanner) -> Result<Separator> {
    let mut size = START;
    loop {
        let (start, is_whole) = scanner.start(size)?;
        refuse_zero_bytes(start, 1)?;
        // Where no separator makes two records of the longest start, the scanner refuses the first one.
        let is_longest = start.len() > LONGEST;
        if let Some(separator) = Separator::of(start, is_whole || is_longest) {
            scanner.set_separator(separator);
            return Ok(separator);
        }
        size = (2 * size).min(LONGEST + 1);
    }
}

/// Finds the first record. It and the empty lines before it are taken off the text if `is_header` says so of it.
pub(super) fn take_first<T>(
    scanner: &mut Scanner,
    separator: Separator,
    read: impl FnOnce(FirstRecord) -> Result<(T, bool)>,
) -> Result<T> {
    while let Some(block) = scanner.next_block()? {
        let text = text_of(&block.text, block.line)?;
        let Some((cells, span)) = first_in(text, separator) else { continue };
        let line = block.line + span.lines_before;
        let (made, is_header) = read(FirstRecord { cells, line })?;
        if is_header {
            scanner.put_back(&block.text[span.end..], block.line + span.lines);
        } else {
            scanner.put_back(&block.text, block.line);
        }
        return Ok(made);
    }
    Err(Error::input("has no line; allowed: CSV with a row a line"))
}

/// The place of a record in a text.
struct Span {
    end: usize,
    /// The line ends before it, and up to its end.
    lines_before: u64,
    lines: u64,
}

/// The cells of the first record that is no empty line.
fn first_in(text: &str, separator: Separator) -> Option<(Vec<String>, Span)> {
    let (bytes, mut cells) = (text.as_bytes(), vec![]);
    let (mut at, mut lines, mut lines_before) = (0, 0, 0);
    while at < bytes.len() || !cells.is_empty() {
        let field = Field::at(bytes, at, separator.byte());
        at = field.next;
        lines += field.lines(bytes);
        if field.ending == Ending::Separator {
            cells.push(field.content(text).into_owned());
            continue;
        }
        lines += 1;
        if !cells.is_empty() || !field.is_blank(bytes) {
            cells.push(field.content(text).into_owned());
            return Some((cells, Span { end: at, lines_before, lines }));
        }
        lines_before = lines;
    }
    None
}
