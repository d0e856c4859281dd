//! The text of a stream of bytes: decompressed, and as UTF-8.

use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::utf16::{UnitOrder, Utf16};
use crate::error::{Error, Result};

/// The text of a stream, and how it was written.
pub(super) struct Opened {
    pub text: Box<dyn Read + Send>,
    pub is_compressed: bool,
    pub is_utf16: bool,
}

impl Opened {
    /// Tells gzip and the encoding by the first bytes. What is not UTF-16 is passed on as it is, less the mark of
    /// UTF-8: whoever knows its lines tells in which it is no UTF-8.
    pub fn of(bytes: impl Read + Send + 'static) -> Result<Self> {
        let (start, bytes) = peeked(bytes, 2).map_err(unreadable)?;
        let is_compressed = start == [0x1f, 0x8b];
        let bytes: Box<dyn Read + Send> = if is_compressed {
            Box::new(Unpacked(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, bytes))))
        } else {
            Box::new(bytes)
        };
        let (start, mut bytes) = peeked(bytes, 3).map_err(unreadable)?;
        let order = match start[..] {
            [0xff, 0xfe, ..] => Some(UnitOrder::LittleEndian),
            [0xfe, 0xff, ..] => Some(UnitOrder::BigEndian),
            _ => None,
        };
        let mark = if start == [0xef, 0xbb, 0xbf] { 3 } else { 2 * u64::from(order.is_some()) };
        io::copy(&mut bytes.by_ref().take(mark), &mut io::sink()).map_err(unreadable)?;
        let text: Box<dyn Read + Send> = match order {
            Some(order) => Box::new(Utf16::new(bytes, order)),
            None => Box::new(bytes),
        };
        Ok(Opened { text, is_compressed, is_utf16: order.is_some() })
    }

    /// How the text was written, as the start of a list in words.
    pub fn manner(&self) -> String {
        let gzip = if self.is_compressed { "gzip, " } else { "" };
        let utf16 = if self.is_utf16 { "UTF-16, " } else { "" };
        format!("{gzip}{utf16}")
    }
}

/// The first bytes, as many as wanted or there are, and a reader of all.
fn peeked<R: Read>(mut bytes: R, wanted: u64) -> io::Result<(Vec<u8>, impl Read)> {
    let mut start = vec![];
    bytes.by_ref().take(wanted).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(bytes)))
}

/// Decompressed bytes, whose errors say so.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => io::Error::other(Error::input(
                "the compressed data (gzip) end too early; allowed: a complete file; compress or copy it again",
            )),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => io::Error::other(Error::input(
                "the compressed data (gzip) are damaged; compress or copy the file again",
            )),
            _ => error,
        })
    }
}

/// What a failed read says: its own words where this program made the error.
pub(super) fn unreadable(error: io::Error) -> Error {
    match error.get_ref().and_then(|own| own.downcast_ref::<Error>()) {
        Some(own) => own.clone(),
        None => Error::input(format!("cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(vec![], Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn text(bytes: &[u8]) -> Result<String> {
        let mut opened = Opened::of(Cursor::new(bytes.to_vec()))?;
        let mut text = String::new();
        opened.text.read_to_string(&mut text).map_err(unreadable)?;
        Ok(text)
    }

    #[test]
    fn bytes_become_text_whatever_they_are_written_in() {
        let mut two = packed(b"a,b\n");
        two.extend(packed(b"1,2\n"));
        for (bytes, expected) in [
            (&b"a,b\n"[..], "a,b\n"),
            (b"", ""),
            (b"a", "a"),
            (b"\xef\xbb\xbfa\n", "a\n"),
            (b"\xff\xfea\0\xe4\0", "aä"),
            (b"\xfe\xff\0a\0\xe4", "aä"),
            (&packed(b"a,b\n"), "a,b\n"),
            (&packed(b"\xff\xfea\0"), "a"),
            (&packed(b""), ""),
            (&two, "a,b\n1,2\n"),
        ] {
            assert_eq!(text(bytes).unwrap(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn damaged_gzip_is_refused() {
        let whole = packed(b"a,b\n1,2\n");
        let message = text(&whole[..whole.len() - 3]).unwrap_err().to_string();
        assert!(message.contains("end too early"), "{message}");
        let mut damaged = whole.clone();
        let last = damaged.len() - 6;
        damaged[last] ^= 1;
        let message = text(&damaged).unwrap_err().to_string();
        assert!(message.contains("are damaged"), "{message}");
    }
}
