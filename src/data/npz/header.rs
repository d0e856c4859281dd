//! The header of an NPY array: magic, version, length, and a dictionary of type, order and shape.

use std::io::Read;

use super::dtype::ElementType;
use super::literal::{Literal, parse_dict};
use crate::error::{Error, Result};

/// What every NPY array starts with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read, in bytes; NumPy's own bound is 10,000.
const LONGEST: usize = 64 * 1024;

/// The most dimensions of an array, as in NumPy.
const MOST_DIMENSIONS: usize = 64;

/// A header, checked for sense but not yet against the data that follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub element: ElementType,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Elements: the product of the shape.
    pub count: usize,
    /// Bytes of all elements; 0 for types of unknown size.
    pub bytes: usize,
}

impl Header {
    /// Reads a header from the start of an array; every byte that was read is appended to `raw`.
    pub fn read(reader: &mut impl Read, raw: &mut Vec<u8>) -> Result<Self> {
        let start = take(reader, raw, MAGIC.len() + 2)?;
        let Some(version) = start.strip_prefix(MAGIC) else {
            return Err(Error::input("not an array: it does not start as an .npy file does"));
        };
        let (major, minor) = (version[0], version[1]);
        let length = match major {
            1 => take(reader, raw, 2)?,
            2 | 3 => take(reader, raw, 4)?,
            _ => {
                return Err(Error::input(format!(
                    "its .npy format version is {major}.{minor}; allowed are 1.0, 2.0 and 3.0"
                )));
            }
        };
        let length = length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
        if length > LONGEST {
            return Err(Error::input(format!(
                "its header claims {length} bytes; at most {LONGEST} are allowed"
            )));
        }
        let text = take(reader, raw, length)?;
        Self::parse(&text).map_err(|found| Error::input(format!("its header is wrong: {found}")))
    }

    /// Versions 1 and 2 are Latin-1, version 3 is UTF-8; whatever lies outside ASCII can only be
    /// the name of a field of a structured array, which is skipped.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let (mut descr, mut order, mut shape) = (None, None, None);
        for (key, value) in parse_dict(&String::from_utf8_lossy(text))? {
            match (key.as_str(), value) {
                ("descr", value) => descr = Some(ElementType::parse(&value)?),
                ("fortran_order", Literal::Bool(value)) => order = Some(value),
                ("shape", Literal::Tuple(value)) => shape = Some(value),
                ("fortran_order" | "shape", _) => return Err(format!("{key} has the wrong type")),
                _ => return Err(format!("the key {key:?} is unknown")),
            }
        }
        let missing = |key| format!("the key {key:?} is missing");
        let element = descr.ok_or_else(|| missing("descr"))?;
        let fortran_order = order.ok_or_else(|| missing("fortran_order"))?;
        let shape = shape.ok_or_else(|| missing("shape"))?;
        let (count, bytes) = extent(&shape, element.size)?;
        Ok(Self { element, fortran_order, shape, count, bytes })
    }
}

/// Elements and bytes of an array of this shape, if they fit in an address space. Dimensions of
/// length zero are left out of that test, or (0, 10^18) would pass where (1, 10^18) cannot.
fn extent(shape: &[usize], size: usize) -> Result<(usize, usize), String> {
    if shape.len() > MOST_DIMENSIONS {
        return Err(format!("{} dimensions; at most {MOST_DIMENSIONS} are allowed", shape.len()));
    }
    let lengths = shape.iter().filter(|length| **length > 0);
    lengths
        .copied()
        .try_fold(size.max(1), usize::checked_mul)
        .filter(|bytes| isize::try_from(*bytes).is_ok())
        .ok_or_else(|| format!("the shape {shape:?} is larger than any memory"))?;
    let count: usize = shape.iter().product();
    Ok((count, count * size))
}

/// The next `count` bytes; appends them to `raw` too.
fn take(reader: &mut impl Read, raw: &mut Vec<u8>, count: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(count as u64).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
    if bytes.len() < count {
        return Err(Error::input(
            "its header is cut short; the file is damaged: copy, download or write it again",
        ));
    }
    raw.extend_from_slice(&bytes);
    Ok(bytes)
}

/// The error for a member that does not decompress, or whose checksum is wrong.
pub(super) fn damaged(error: &std::io::Error) -> Error {
    Error::input(format!("the file is damaged ({error}): copy, download or write it again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(dict: &str) -> Result<Header> {
        let mut bytes = [MAGIC, &[1, 0], &(dict.len() as u16).to_le_bytes()[..]].concat();
        bytes.extend_from_slice(dict.as_bytes());
        Header::read(&mut bytes.as_slice(), &mut Vec::new())
    }

    #[test]
    fn keys_may_come_in_any_order() {
        let found = header("{'shape': (2, 3), 'descr': '>i2', 'fortran_order': True}").unwrap();
        assert_eq!(found.shape, [2, 3]);
        assert!(found.fortran_order && found.element.big_endian);
        assert_eq!((found.count, found.bytes), (6, 12));
    }

    #[test]
    fn a_scalar_has_one_element_and_an_empty_array_none() {
        let scalar = header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}").unwrap();
        assert_eq!((scalar.count, scalar.bytes), (1, 8));
        let empty = header("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9)}").unwrap();
        assert_eq!((empty.count, empty.bytes), (0, 0));
    }

    #[test]
    fn shapes_beyond_memory_are_refused_even_with_a_dimension_of_zero() {
        for shape in
            ["(4294967296, 4294967296)", "(0, 4611686018427387904, 8)", "(9223372036854775807,)"]
        {
            let dict = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}");
            let message = header(&dict).unwrap_err().to_string();
            assert!(message.contains("larger than any memory"), "{message}");
        }
    }

    #[test]
    fn missing_unknown_and_mistyped_keys_are_named() {
        for (dict, expected) in [
            ("{'descr': '<f8', 'shape': ()}", "\"fortran_order\" is missing"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': ''}", "\"x\" is unknown"),
            (
                "{'descr': '<f8', 'fortran_order': (), 'shape': ()}",
                "fortran_order has the wrong type",
            ),
        ] {
            let message = header(dict).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
