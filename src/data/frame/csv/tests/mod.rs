//! Tests of whole files.

mod any_block;
mod files;
mod limits;
mod refusals;
mod wholes;

use std::io::Cursor;

use super::{CsvOptions, FrameReader, Keep, Whole};
use crate::data::frame::{Cell, Frame};
use crate::error::Result;

fn reader(bytes: impl AsRef<[u8]>) -> Result<FrameReader> {
    FrameReader::new(Cursor::new(bytes.as_ref().to_vec()), &CsvOptions::default())
}

fn reader_of(bytes: impl AsRef<[u8]>, options: &CsvOptions, block: usize) -> Result<FrameReader> {
    FrameReader::with_block(Cursor::new(bytes.as_ref().to_vec()), options, block)
}

/// Keeps 65,536 texts; texts such as d12 are dates.
fn keep() -> Keep<'static> {
    let seconds = |text: &str| text.strip_prefix('d')?.parse().ok();
    Keep { all_texts: &|_| false, seconds, room: |_| Ok(()) }
}

fn whole(bytes: impl AsRef<[u8]>) -> Result<Whole> {
    reader(bytes)?.read_all(keep())
}

fn frame(bytes: impl AsRef<[u8]>) -> Frame {
    whole(bytes).unwrap().frame
}

/// The words of a refusal, either on opening or on reading.
fn refusal(bytes: impl AsRef<[u8]>) -> String {
    whole(bytes).map(|whole| whole.frame).unwrap_err().to_string()
}

/// A row as text: `1 | a | -`.
fn row(frame: &Frame, row: usize) -> String {
    let cells = frame.columns.iter().map(|cells| match cells.cell(row) {
        Cell::Gap => "-".into(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.to_string(),
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// All rows as text, each as [`row`].
fn rows(frame: &Frame) -> Vec<String> {
    (0..frame.rows()).map(|at| row(frame, at)).collect()
}
