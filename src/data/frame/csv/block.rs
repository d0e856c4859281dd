//! A block of text, parsed into columns.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::cell::trimmed;
use super::column::Column;
use super::fields::{Ending, Field, line_ends};
use super::notation::Notations;
use super::plan::Plan;
use super::scanner::Block;
use crate::data::frame::{Cells, Lines};
use crate::error::{Error, Result, counted};

/// The columns of a block.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub columns: Vec<Cells>,
    pub notations: Vec<Notations>,
    pub lines: Lines,
    pub rows: usize,
    /// A text per row of each kept column.
    pub kept: Vec<Vec<String>>,
}

/// A block while it is parsed.
struct Parser<'p, 't> {
    plan: &'p Plan,
    columns: Vec<Column<'t>>,
    lines: Lines,
    rows: usize,
    /// The fields that the line under way has so far.
    fields: usize,
    /// The line in which the record under way begins.
    line: u64,
    /// The line after that of the last row.
    expected: u64,
    kept: Vec<Vec<String>>,
}

/// Parses a block; refuses what is no UTF-8, and lines with more or fewer fields than the others.
pub(super) fn parse(block: &Block, plan: &Plan) -> Result<Parsed> {
    let text = text_of(&block.text, block.line)?;
    let most_rows = block.lines as usize + 1;
    let columns = plan.columns.iter().map(|_| Column::with_capacity(most_rows));
    let mut parser = Parser {
        plan,
        columns: columns.collect(),
        lines: Lines::default(),
        rows: 0,
        fields: 0,
        line: block.line,
        expected: 0,
        kept: vec![vec![]; plan.count_of_kept()],
    };
    if block.is_plain {
        parser.plain(text)?
    } else {
        parser.with_quotes(text)?
    }
    Ok(parser.into_parsed())
}

/// The text of bytes that begin in a line.
pub(super) fn text_of(bytes: &[u8], first_line: u64) -> Result<&str> {
    refuse_zero_bytes(bytes, first_line)?;
    std::str::from_utf8(bytes).map_err(|error| {
        let line = first_line + line_ends(&bytes[..error.valid_up_to()]);
        Error::input(format!("line {line} is not UTF-8; save the file as UTF-8"))
    })
}

/// Refuses what is no text at all, or in an encoding that its first bytes do not tell.
pub(super) fn refuse_zero_bytes(bytes: &[u8], first_line: u64) -> Result<()> {
    let Some(at) = memchr(0, bytes) else { return Ok(()) };
    let line = first_line + line_ends(&bytes[..at]);
    Err(Error::input(format!(
        "line {line} holds a zero byte, which no text has; allowed: CSV as text (UTF-8), also compressed with gzip"
    )))
}

impl<'t> Parser<'_, 't> {
    /// Parses a text in which every separator and \n is one.
    fn plain(&mut self, text: &'t str) -> Result<()> {
        let (bytes, separator) = (text.as_bytes(), self.plan.separator.byte());
        let mut start = 0;
        while start < bytes.len() {
            let end = match self.number(bytes, start) {
                Some(end) => end,
                None => {
                    let Some(length) = memchr2(separator, b'\n', &bytes[start..]) else { break };
                    let cell = &text[start..start + length];
                    let is_empty_line = self.fields == 0 && bytes[start + length] == b'\n';
                    if !is_empty_line || !cell.trim_ascii().is_empty() {
                        self.push(Cow::Borrowed(cell));
                    }
                    start + length
                }
            };
            start = end + 1;
            if bytes[end] == b'\n' {
                if self.fields > 0 {
                    self.end_row()?;
                }
                self.line += 1;
            }
        }
        let rest = &text[start..];
        if self.fields > 0 || !rest.trim_ascii().is_empty() {
            self.push(Cow::Borrowed(rest));
            self.end_row()?;
        }
        Ok(())
    }

    /// Takes a cell that is a plain number, and gives its end: nearly every cell of most tables is one, and its end need
    /// not be looked for. None, and nothing taken, of another.
    #[inline(always)]
    fn number(&mut self, text: &[u8], start: usize) -> Option<usize> {
        if matches!(self.plan.kept.get(self.fields), Some(Some(_))) {
            return None;
        }
        let (number, length) = self.plan.rules.plain_number(&text[start..])?;
        let end = start + length;
        let ends = |byte: u8| byte == self.plan.separator.byte() || byte == b'\n';
        text.get(end).filter(|&&byte| ends(byte))?;
        if let Some(&Some(slot)) = self.plan.slots.get(self.fields) {
            self.columns[slot].push_number(number);
        }
        self.fields += 1;
        Some(end)
    }

    /// Parses any text, field by field.
    fn with_quotes(&mut self, text: &'t str) -> Result<()> {
        let (bytes, separator) = (text.as_bytes(), self.plan.separator.byte());
        let (mut at, mut lines) = (0, 0);
        while at < bytes.len() || self.fields > 0 {
            let field = Field::at(bytes, at, separator);
            at = field.next;
            lines += field.lines(bytes);
            if field.ending == Ending::Separator {
                self.push(field.content(text));
                continue;
            }
            if self.fields > 0 || !field.is_blank(bytes) {
                self.push(field.content(text));
                self.end_row()?;
            }
            self.line += lines + 1;
            lines = 0;
        }
        Ok(())
    }

    /// Counts a field, and keeps it if its column is read.
    fn push(&mut self, cell: Cow<'t, str>) {
        if let Some(&Some(place)) = self.plan.kept.get(self.fields) {
            self.kept[place].push(trimmed(&cell).into());
        }
        if let Some(&Some(slot)) = self.plan.slots.get(self.fields) {
            self.columns[slot].push(cell, self.line, &self.plan.rules);
        }
        self.fields += 1;
    }

    fn end_row(&mut self) -> Result<()> {
        let (found, width) = (self.fields, self.plan.width);
        if found != width {
            return Err(Error::input(format!(
                "line {} has {}, where {} has {width}; allowed: as many in every line; put a text that holds \
                 one of the {} between them in quotes",
                self.line,
                counted(found as u64, "field"),
                self.plan.told_by,
                self.plan.separator
            )));
        }
        if self.line != self.expected || self.rows == 0 {
            self.lines.starts.push((self.rows, self.line));
        }
        self.expected = self.line + 1;
        self.rows += 1;
        self.fields = 0;
        Ok(())
    }

    fn into_parsed(self) -> Parsed {
        let (columns, notations) = self.columns.into_iter().map(Column::into_cells).unzip();
        Parsed { columns, notations, lines: self.lines, rows: self.rows, kept: self.kept }
    }
}
