//! The kind of data in a file, by its first bytes.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::input::open_stream;

const UNKNOWN: &str =
    "is no data that is understood; allowed: an .npz archive, an .npy array, or CSV";

/// The name of standard input, where a file is named.
const STANDARD_INPUT: &str = "-";

/// The kind of data in a file.
pub enum Content {
    /// An .npz archive.
    Archive,
    /// An .npy array.
    Array,
    /// The text from its first byte on, perhaps compressed. A pipe can be read once, so these bytes are kept.
    Text(Box<dyn Read + Send>),
}

impl Content {
    /// Looks at the first bytes of a file; `-` is text on standard input.
    pub fn of(path: &Path) -> Result<Self> {
        if path.as_os_str() == STANDARD_INPUT {
            return Ok(Content::Text(Box::new(std::io::stdin())));
        }
        let mut file = open_stream(path).map_err(unreadable)?;
        let mut start = vec![];
        file.by_ref().take(512).read_to_end(&mut start).map_err(unreadable)?;
        let content = match start {
            start if is_zip(&start) => Content::Archive,
            start if start.starts_with(b"\x93NUMPY") => Content::Array,
            start if is_text(&start) || is_compressed(&start) || is_utf16(&start) => {
                return Ok(Content::Text(Box::new(Cursor::new(start).chain(file))));
            }
            _ => return Err(Error::input(UNKNOWN)),
        };
        if file.metadata().map_err(unreadable)?.is_file() {
            return Ok(content);
        }
        Err(Error::input(
            "is a pipe or a device, which can be read once only; allowed there: CSV; save an .npz or \
             .npy file on a disk first",
        ))
    }
}

/// True for the start of a zip file, and not for a column named PK.
fn is_zip(start: &[u8]) -> bool {
    matches!(start, [b'P', b'K', 0..8, 0..8, ..])
}

/// True for the start of a gzip file.
fn is_compressed(start: &[u8]) -> bool {
    start.starts_with(b"\x1f\x8b")
}

/// True for the mark that begins UTF-16.
fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff")
}

/// True if every byte is one that text files have.
fn is_text(start: &[u8]) -> bool {
    start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..))
}

pub(super) fn unreadable(error: std::io::Error) -> Error {
    Error::input(format!("cannot be read: {error}"))
}
