//! Separated text (CSV) as frames: whole, or in blocks of rows.
//!
//! ```text
//! bytes -> opened (gzip, UTF-16) -> scanner (blocks of whole records) -> block (parsed, in parallel) -> reader
//! ```

mod ahead;
mod block;
mod cell;
mod column;
mod decimal;
mod fields;
mod header;
mod joined;
mod notation;
mod opened;
mod options;
mod overflow;
mod plan;
mod reader;
mod scanner;
mod second_header;
mod separator;
mod start;
#[cfg(test)]
mod tests;
mod texts;
mod utf16;
mod whole;

pub use options::CsvOptions;
pub use overflow::Overflow;
pub use reader::FrameReader;
pub use whole::{Keep, Whole};
