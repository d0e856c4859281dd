//! UTF-16 as UTF-8.

use std::io::{self, Cursor, Read};

use crate::error::Error;

/// The bytes of UTF-16 that are decoded at a time.
const PART: u64 = 1 << 16;

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitOrder {
    LittleEndian,
    BigEndian,
}

/// A stream of UTF-16, read as UTF-8.
pub(super) struct Utf16<R> {
    bytes: R,
    order: UnitOrder,
    /// Bytes of a character whose rest is not read yet: three at most.
    rest: Vec<u8>,
    decoded: Cursor<Vec<u8>>,
    /// The line of the next character, for messages.
    line: usize,
}

impl<R: Read> Utf16<R> {
    /// The text after the mark of its byte order.
    pub fn new(bytes: R, order: UnitOrder) -> Self {
        Utf16 { bytes, order, rest: vec![], decoded: Cursor::default(), line: 1 }
    }

    /// Decodes the next part; nothing at the end.
    fn decode(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let is_last = self.bytes.by_ref().take(PART).read_to_end(&mut bytes)? < PART as usize;
        let mut units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| self.unit(*pair)).collect();
        if !is_last && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.rest = bytes.split_off(2 * units.len());
        let mut text = String::with_capacity(2 * units.len());
        for character in char::decode_utf16(units) {
            let character = character.map_err(|_| self.refusal())?;
            self.line += usize::from(character == '\n');
            text.push(character);
        }
        if is_last && !self.rest.is_empty() {
            return Err(self.refusal());
        }
        self.decoded = Cursor::new(text.into_bytes());
        Ok(())
    }

    fn unit(&self, pair: [u8; 2]) -> u16 {
        match self.order {
            UnitOrder::LittleEndian => u16::from_le_bytes(pair),
            UnitOrder::BigEndian => u16::from_be_bytes(pair),
        }
    }

    fn refusal(&self) -> io::Error {
        io::Error::other(Error::input(format!(
            "line {} is not UTF-16, as the first bytes say; save the file as UTF-8",
            self.line
        )))
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.decoded.position() == self.decoded.get_ref().len() as u64 {
            self.decode()?;
        }
        self.decoded.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], order: UnitOrder) -> Result<String, String> {
        let mut text = String::new();
        let read = Utf16::new(Cursor::new(bytes), order).read_to_string(&mut text);
        read.map(|_| text).map_err(|error| error.to_string())
    }

    #[test]
    fn characters_of_two_units_survive_the_ends_of_parts() {
        // The first character shifts the pairs against the ends of parts.
        for start in ["", "a"] {
            let text = start.to_owned() + &"😀".repeat(PART as usize);
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert!(decoded(&little, UnitOrder::LittleEndian) == Ok(text.clone()));
            assert!(decoded(&big, UnitOrder::BigEndian) == Ok(text));
        }
    }

    #[test]
    fn half_characters_are_refused_with_their_line() {
        for bytes in [&b"a\0\n\0b"[..], b"\n\0\x00\xd8", b"\n\0\x00\xdca\0"] {
            let message = decoded(bytes, UnitOrder::LittleEndian).unwrap_err();
            assert!(message.starts_with("line 2 is not UTF-16"), "{message}");
        }
    }
}
