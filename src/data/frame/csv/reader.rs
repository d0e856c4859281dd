//! A CSV file as frames, in blocks.

use std::io::Read;

use super::ahead::Ahead;
use super::block::Parsed;
use super::cell::{CellRules, trimmed};
use super::header::{Header, HeaderKind};
use super::notation::Notations;
use super::opened::Opened;
use super::options::CsvOptions;
use super::plan::Plan;
use super::scanner::Scanner;
use super::separator::Separator;
use super::start::{find_separator, take_first};
use crate::data::frame::Frame;
use crate::error::{Error, Result};

/// The text of a block: enough that its parts outweigh the work of handing it out, and little enough that all blocks
/// under way fit into a small memory.
const BLOCK: usize = 1 << 18;

/// A CSV file as it is read. It keeps no text that it has read.
pub struct FrameReader {
    blocks: Ahead,
    plan: Plan,
    header: Header,
    manner: String,
    /// The notations of each column that is read, so far.
    notations: Vec<Notations>,
    /// Whether a row was found.
    has_rows: bool,
    has_ended: bool,
}

impl FrameReader {
    /// Opens a text: tells compression and encoding, and reads as much as separator and names need.
    pub fn new(text: impl Read + Send + 'static, options: &CsvOptions) -> Result<Self> {
        Self::with_block(text, options, BLOCK)
    }

    /// The same with blocks of about so many bytes.
    pub(super) fn with_block(
        text: impl Read + Send + 'static,
        options: &CsvOptions,
        block: usize,
    ) -> Result<Self> {
        let opened = Opened::of(text)?;
        let manner = opened.manner();
        let mut scanner = Scanner::new(opened.text, block);
        let separator = find_separator(&mut scanner)?;
        let rules = CellRules {
            gaps: options.gaps.iter().map(|gap| trimmed(gap).into()).collect(),
            has_decimal_commas: separator == Separator::Semicolon,
        };
        let (plan, header) = take_first(&mut scanner, separator, |first| {
            let header = Header::of(&first.cells, options.header, &rules)?;
            let is_header = header.kind != HeaderKind::Row;
            let told_by = if is_header { "the header in line" } else { "line" };
            let told_by = format!("{told_by} {}", first.line);
            Ok(((Plan::new(separator, rules, first.cells.len(), told_by), header), is_header))
        })?;
        Ok(FrameReader {
            blocks: Ahead::new(scanner),
            header,
            manner: format!("{manner}{separator} between columns"),
            notations: vec![Notations::default(); plan.columns.len()],
            plan,
            has_rows: false,
            has_ended: false,
        })
    }

    /// The names of the file's columns, each once.
    pub fn names(&self) -> &[String] {
        &self.header.names
    }

    /// The columns that have no name in the file, counted from 0; they are named by their number, counted from 1.
    pub fn nameless(&self) -> &[usize] {
        &self.header.nameless
    }

    /// What the first line is.
    pub fn header(&self) -> HeaderKind {
        self.header.kind
    }

    /// What separates the fields.
    pub fn separator(&self) -> Separator {
        self.plan.separator
    }

    /// How the file is written, in words, such as `gzip, UTF-16, semicolons between columns`.
    pub fn manner(&self) -> &str {
        &self.manner
    }

    /// Reads these columns of the file alone, in this order; the others are passed over. It is called before the first
    /// block is read. A column twice, or one that the file lacks, counts for nothing.
    pub fn select(&mut self, columns: Vec<usize>) {
        self.plan.select(columns);
        self.notations = vec![Notations::default(); self.plan.columns.len()];
    }

    /// Keeps the texts of these columns of the file, each once, as they are, whether they are read or not. It is called
    /// before the first block is read.
    pub fn keep(&mut self, columns: Vec<usize>) {
        self.plan.keep(&columns);
    }

    /// The next rows in the file's order, with the lines they begin in; None at the end, and after an error. A few
    /// blocks of the file are in memory, however long it is.
    pub fn next_block(&mut self) -> Result<Option<Frame>> {
        while !self.has_ended {
            let Some(parsed) = self.blocks.next(&self.plan) else {
                self.has_ended = true;
                return if self.has_rows { Ok(None) } else { Err(without_rows()) };
            };
            let checked = parsed.and_then(|parsed| self.checked(parsed));
            let parsed = checked.inspect_err(|_| self.has_ended = true)?;
            if parsed.rows > 0 {
                self.has_rows = true;
                return Ok(Some(self.frame(parsed)));
            }
        }
        Ok(None)
    }

    /// The columns of the file that are read, in their order.
    pub(super) fn columns(&self) -> &[usize] {
        &self.plan.columns
    }

    /// The same block, if its numbers are in the notation of those before.
    fn checked(&mut self, parsed: Parsed) -> Result<Parsed> {
        for (slot, later) in parsed.notations.iter().enumerate() {
            let name = &self.header.names[self.plan.columns[slot]];
            self.notations[slot].join(*later, name)?;
        }
        Ok(parsed)
    }

    fn frame(&self, parsed: Parsed) -> Frame {
        let columns = &self.plan.columns;
        let is_nameless = |slot: &usize| self.header.nameless.contains(&columns[*slot]);
        Frame {
            names: columns.iter().map(|&column| self.header.names[column].clone()).collect(),
            columns: parsed.columns,
            lines: parsed.lines,
            nameless: (0..columns.len()).filter(is_nameless).collect(),
            kept: parsed.kept,
        }
    }
}

fn without_rows() -> Error {
    Error::input("has a header and no rows; allowed: CSV with a row a line")
}
