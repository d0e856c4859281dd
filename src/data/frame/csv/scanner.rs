//! A stream of text, cut into blocks of whole records.

use std::io::Read;

use memchr::{memchr, memchr_iter, memchr2, memchr3_iter, memrchr};

use super::fields::opens_quote;
use super::opened::unreadable;
use super::separator::Separator;
use crate::error::{Error, Result};

/// The longest record: neither a quote that never ends nor a line without an end may take all memory.
pub(super) const LONGEST: usize = 16 << 20;

/// A stream of text of which whole records are taken from the front.
pub(super) struct Scanner {
    text: Box<dyn Read + Send>,
    separator: u8,
    /// The bytes of a block, where records are shorter.
    block: usize,
    /// What was read and not yet taken.
    buffer: Vec<u8>,
    /// The line in which the buffer begins.
    line: u64,
    /// Whether the stream has ended: the buffer holds the rest of it.
    has_ended: bool,
}

/// Whole records of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub text: Vec<u8>,
    /// The line in which it begins.
    pub line: u64,
    /// Its line ends: a bound on its rows.
    pub lines: u64,
    /// Whether every \n ends a record: there are no quotes, and no \r but in \r\n.
    pub is_plain: bool,
}

/// The end of the whole records in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    end: usize,
    lines: u64,
    is_plain: bool,
    /// The lines before the quote that is still open at the end of the text.
    open_quote: Option<u64>,
}

impl Scanner {
    /// A stream that is cut into blocks of so many bytes, with nothing read yet. [`Scanner::set_separator`] is due
    /// before the first block.
    pub fn new(text: Box<dyn Read + Send>, block: usize) -> Self {
        Scanner { text, separator: b',', block, buffer: vec![], line: 1, has_ended: false }
    }

    /// Says what separates fields: quotes open behind it.
    pub fn set_separator(&mut self, separator: Separator) {
        self.separator = separator.byte();
    }

    /// The start of the text, of so many bytes if it has as many, and whether that is all of it.
    pub fn start(&mut self, bytes: usize) -> Result<(&[u8], bool)> {
        self.fill(bytes)?;
        Ok((&self.buffer, self.has_ended))
    }

    /// Puts text back in front, which begins in a line.
    pub fn put_back(&mut self, text: &[u8], line: u64) {
        self.buffer.splice(0..0, text.iter().copied());
        self.line = line;
    }

    /// The next whole records; None at the end.
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        let mut size = self.block;
        loop {
            self.fill(size)?;
            let is_last = self.has_ended && size >= self.buffer.len();
            let window = &self.buffer[..size.min(self.buffer.len())];
            if window.is_empty() {
                return Ok(None);
            }
            let cut = Cut::of(window, self.separator, is_last);
            if cut.end > 0 {
                return Ok(Some(self.take(cut)));
            }
            if is_last || window.len() > LONGEST {
                return Err(self.unending(cut.open_quote));
            }
            // Twice as much each time, so that a long record is scanned in linear time.
            size = size.saturating_mul(2).min(LONGEST + 1);
        }
    }

    /// Reads until the buffer has so many bytes or the stream ends.
    fn fill(&mut self, bytes: usize) -> Result<()> {
        let missing = bytes.saturating_sub(self.buffer.len());
        if missing == 0 || self.has_ended {
            return Ok(());
        }
        self.buffer.reserve(missing);
        let mut part = self.text.by_ref().take(missing as u64);
        let count = part.read_to_end(&mut self.buffer).map_err(unreadable)?;
        self.has_ended = count < missing;
        Ok(())
    }

    fn take(&mut self, cut: Cut) -> Block {
        let rest = self.buffer[cut.end..].to_vec();
        self.buffer.truncate(cut.end);
        let text = std::mem::replace(&mut self.buffer, rest);
        let line = self.line;
        self.line += cut.lines;
        Block { text, line, lines: cut.lines, is_plain: cut.is_plain }
    }

    /// A record that has no end.
    fn unending(&self, open_quote: Option<u64>) -> Error {
        let most = LONGEST >> 20;
        match open_quote {
            Some(lines) if self.has_ended => Error::input(format!(
                "line {}: a quote opens and never ends; close it, or remove it",
                self.line + lines
            )),
            Some(lines) => Error::input(format!(
                "line {}: a quote opens and does not end within {most} MiB; close it, or remove it",
                self.line + lines
            )),
            None => Error::input(format!(
                "line {} has more than {most} MiB; allowed: CSV with a row a line, of {most} MiB at most",
                self.line
            )),
        }
    }
}

impl Cut {
    /// The end of the whole records in a text; the last text ends with a whole record unless a quote is open.
    fn of(text: &[u8], separator: u8, is_last: bool) -> Self {
        if !is_plain(text) {
            return Self::with_quotes(text, separator, is_last);
        }
        let end =
            if is_last { text.len() } else { memrchr(b'\n', text).map_or(0, |last| last + 1) };
        let lines = memchr_iter(b'\n', &text[..end]).count() as u64;
        Cut { end, lines, is_plain: true, open_quote: None }
    }

    /// The same where quotes may hide line ends. Fields are not looked at: this part is not done in parallel.
    fn with_quotes(text: &[u8], separator: u8, is_last: bool) -> Self {
        let mut cut = Cut { end: 0, lines: 0, is_plain: false, open_quote: None };
        let (mut lines, mut doubled) = (0, None);
        for at in memchr3_iter(b'"', b'\n', b'\r', text) {
            match (text[at], text.get(at + 1)) {
                _ if doubled == Some(at) => {}
                (b'"', _) if cut.open_quote.is_none() => {
                    cut.open_quote = opens_quote(text, at, separator).then_some(lines);
                }
                (b'"', Some(b'"')) => doubled = Some(at + 1),
                (b'"', _) => cut.open_quote = None,
                // Its \n counts, which may be the next byte of the text to come.
                (b'\r', Some(b'\n') | None) => {}
                _ => {
                    lines += 1;
                    if cut.open_quote.is_none() {
                        (cut.end, cut.lines) = (at + 1, lines);
                    }
                }
            }
        }
        if is_last && cut.open_quote.is_none() {
            (cut.end, cut.lines) = (text.len(), lines);
        }
        cut
    }
}

/// True for a text without quotes in which every \r is part of an \r\n, or the last byte.
fn is_plain(text: &[u8]) -> bool {
    memchr2(b'"', b'\r', text).is_none()
        || memchr(b'"', text).is_none()
            && memchr_iter(b'\r', text).all(|at| matches!(text.get(at + 1), Some(b'\n') | None))
}
