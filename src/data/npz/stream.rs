//! A plain `.npy` file, read in blocks of rows.
//!
//! ndarray-npy reads whole arrays; this is for those larger than memory.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use half::f16;
use ndarray::Array2;

use super::dtype::{ElementType, Kind};
use super::elements::{not_numbers, numbers};
use super::header::{Header, damaged};
use crate::error::{Error, Result};
use crate::input::open_file;
use crate::memory::refuse_to_read;

/// An array of numbers whose first axis is its rows.
pub(in crate::rooms::data) struct ArrayStream {
    file: BufReader<File>,
    header: Header,
    /// All values, of a file in column-major order.
    whole: Option<Vec<f64>>,
    next_row: usize,
}

impl ArrayStream {
    /// Opens a file and checks its header against its length.
    pub fn open(path: &Path) -> Result<Self> {
        let unreadable = |error| Error::input(format!("cannot be read: {error}"));
        let mut file = BufReader::new(open_file(path).map_err(unreadable)?);
        let mut raw = vec![];
        let header = Header::read(&mut file, &mut raw)?;
        if !header.element.is_number() {
            return Err(not_numbers("X", &header.element));
        }
        if header.shape.is_empty() {
            return Err(Error::input("holds a single number; allowed: an array of rows"));
        }
        let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
        let expected = raw.len() as u64 + header.bytes as u64;
        if length != expected {
            return Err(Error::input(format!(
                "its header claims the shape {:?} of {}, {} bytes, but {} follow: the file is damaged; \
                 copy, download or write it again",
                header.shape,
                header.element.describe(),
                header.bytes,
                length.saturating_sub(raw.len() as u64)
            )));
        }
        file.seek(SeekFrom::Start(raw.len() as u64)).map_err(unreadable)?;
        let whole = if header.fortran_order && header.shape.len() > 1 {
            refuse_to_read(header.bytes as u64 + 16 * header.count as u64)?;
            file.read_to_end(&mut raw).map_err(unreadable)?;
            // Row-major, whatever the order of the file.
            Some(numbers(&header, raw)?.into_reals().iter().copied().collect())
        } else {
            None
        };
        Ok(ArrayStream { file, header, whole, next_row: 0 })
    }

    /// The shape, rows first.
    pub fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    /// The next rows, `most` or as many as are left, each flat.
    pub fn rows(&mut self, most: usize) -> Result<Array2<f64>> {
        let rows = most.min(self.header.shape[0] - self.next_row);
        let columns: usize = self.header.shape[1..].iter().product();
        let first = self.next_row * columns;
        let values = match &self.whole {
            Some(whole) => whole[first..first + rows * columns].to_vec(),
            None => self.read(rows * columns)?,
        };
        self.next_row += rows;
        Array2::from_shape_vec((rows, columns), values)
            .map_err(|error| Error::input(format!("cannot be laid out as rows: {error}")))
    }

    fn read(&mut self, count: usize) -> Result<Vec<f64>> {
        let element = &self.header.element;
        let mut bytes = vec![0; count * element.size];
        self.file.read_exact(&mut bytes).map_err(|error| damaged(&error))?;
        Ok(bytes.chunks_exact(element.size).map(|bytes| number(element, bytes)).collect())
    }
}

/// Decodes the bytes of a number.
fn number(element: &ElementType, bytes: &[u8]) -> f64 {
    let shifted = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
    let bits = if element.big_endian {
        bytes.iter().fold(0, shifted)
    } else {
        bytes.iter().rev().fold(0, shifted)
    };
    let unused = 64 - 8 * bytes.len() as u32;
    match (element.kind, bytes.len()) {
        (Kind::Float, 2) => f64::from(f16::from_bits(bits as u16)),
        (Kind::Float, 4) => f64::from(f32::from_bits(bits as u32)),
        (Kind::Float, _) => f64::from_bits(bits),
        // The sign bit moves to the top and back, and fills the unused bits.
        (Kind::Signed, _) => (((bits << unused) as i64) >> unused) as f64,
        (Kind::Bool | Kind::Unsigned, _) => bits as f64,
        // No numbers: refused where the stream is opened.
        (Kind::Unicode | Kind::Bytes | Kind::Object | Kind::Structured | Kind::Other, _) => {
            f64::NAN
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal::Literal;
    use super::*;

    #[test]
    fn every_type_and_byte_order_is_decoded() {
        for (code, bytes, expected) in [
            ("|b1", &[1][..], 1.0),
            ("|i1", &[0xfe], -2.0),
            ("|u1", &[0xfe], 254.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            (">i2", &[0xff, 0xfe], -2.0),
            (">u4", &[0, 0, 1, 0], 256.0),
            ("<i8", &[0xff; 8], -1.0),
            ("<u8", &[0xff; 8], 18_446_744_073_709_551_615.0),
            ("<f2", &[0, 0xc0], -2.0),
            (">f4", &[0xc0, 0, 0, 0], -2.0),
            ("<f8", &[0, 0, 0, 0, 0, 0, 0, 0xc0], -2.0),
        ] {
            let element = ElementType::parse(&Literal::Text(code.into())).unwrap();
            assert_eq!(number(&element, bytes), expected, "{code}");
        }
    }
}
