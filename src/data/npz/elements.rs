//! From the checked bytes of an array to its elements.

use half::f16;
use ndarray::{ArrayD, Dimension, IxDyn, ShapeBuilder};
use ndarray_npy::{ReadNpyExt, ReadableElement};

use super::dtype::{ElementType, Kind};
use super::header::Header;
use crate::data::numbers::Numbers;
use crate::error::{Error, Result};

/// Decodes `raw`, an array with its header, which has been checked against its length.
pub(super) fn numbers(header: &Header, raw: Vec<u8>) -> Result<Numbers> {
    let element = &header.element;
    match (element.kind, element.size) {
        (Kind::Bool, _) => integers::<bool>(raw),
        (Kind::Signed, 1) => integers::<i8>(raw),
        (Kind::Signed, 2) => integers::<i16>(raw),
        (Kind::Signed, 4) => integers::<i32>(raw),
        (Kind::Signed, _) => integers::<i64>(raw),
        (Kind::Unsigned, 1) => bytes(header, raw),
        (Kind::Unsigned, 2) => integers::<u16>(raw),
        (Kind::Unsigned, 4) => integers::<u32>(raw),
        (Kind::Unsigned, _) => large_integers(raw),
        (Kind::Float, 2) => halves(header, &raw[raw.len() - header.bytes..]),
        (Kind::Float, 4) => Ok(Numbers::Reals(read::<f32>(raw)?.mapv(f64::from))),
        (Kind::Float, _) => Ok(Numbers::Reals(read::<f64>(raw)?)),
        _ => Err(Error::input(format!("{} where numbers are needed", element.describe()))),
    }
}

/// Decodes with ndarray-npy, which knows every number but the 16-bit ones. The bytes are dropped
/// before anything is made of the elements: large arrays are in memory twice, not three times.
fn read<T: ReadableElement>(raw: Vec<u8>) -> Result<ArrayD<T>> {
    ArrayD::read_npy(raw.as_slice())
        .map_err(|error| Error::input(format!("cannot be read: {error}")))
}

fn integers<T: ReadableElement + Copy + Into<i64>>(raw: Vec<u8>) -> Result<Numbers> {
    Ok(Numbers::Integers(read::<T>(raw)?.mapv(Into::into)))
}

/// An array of bytes, in the memory in which they were read.
fn bytes(header: &Header, mut raw: Vec<u8>) -> Result<Numbers> {
    raw.drain(..raw.len() - header.bytes);
    let shape = IxDyn(&header.shape).set_f(header.fortran_order);
    let array = ArrayD::from_shape_vec(shape, raw);
    array.map(Numbers::Bytes).map_err(|error| Error::input(format!("cannot be read: {error}")))
}

fn large_integers(raw: Vec<u8>) -> Result<Numbers> {
    let values = read::<u64>(raw)?;
    if let Some((at, value)) =
        values.indexed_iter().find(|(_, value)| i64::try_from(**value).is_err())
    {
        return Err(Error::input(format!(
            "the integer {value} at index {:?} is above {}, the largest that is allowed; save it as \
             float64, or subtract an offset",
            at.slice(),
            i64::MAX
        )));
    }
    Ok(Numbers::Integers(values.mapv(|value| value as i64)))
}

fn halves(header: &Header, bytes: &[u8]) -> Result<Numbers> {
    let values = bytes.chunks_exact(2).map(|pair| match (pair, header.element.big_endian) {
        (&[a, b], true) => f64::from(f16::from_be_bytes([a, b])),
        (&[a, b], false) => f64::from(f16::from_le_bytes([a, b])),
        _ => f64::NAN,
    });
    let shape = IxDyn(&header.shape).set_f(header.fortran_order);
    let array = ArrayD::from_shape_vec(shape, values.collect());
    array.map(Numbers::Reals).map_err(|error| Error::input(format!("cannot be read: {error}")))
}

/// Decodes text of a fixed width, padded with NUL. The order of several dimensions is the file's:
/// names have one dimension.
pub(super) fn texts(header: &Header, bytes: &[u8]) -> Result<Vec<String>> {
    let element = &header.element;
    let texts = bytes.chunks_exact(element.size);
    match element.kind {
        Kind::Unicode => texts.map(|text| utf32(text, element.big_endian)).collect(),
        Kind::Bytes => Ok(texts.map(|text| trimmed(&String::from_utf8_lossy(text))).collect()),
        Kind::Bool
        | Kind::Signed
        | Kind::Unsigned
        | Kind::Float
        | Kind::Object
        | Kind::Structured
        | Kind::Other => Err(Error::input(format!("{} where text is needed", element.describe()))),
    }
}

fn utf32(text: &[u8], big_endian: bool) -> Result<String> {
    let mut decoded = String::new();
    for code in text.chunks_exact(4) {
        let code = code.try_into().unwrap_or_default();
        let code = if big_endian { u32::from_be_bytes(code) } else { u32::from_le_bytes(code) };
        decoded.push(char::from_u32(code).ok_or_else(|| {
            Error::input(format!("its text holds {code:#x}, which is no Unicode character"))
        })?);
    }
    Ok(trimmed(&decoded))
}

fn trimmed(text: &str) -> String {
    text.trim_end_matches('\0').to_owned()
}

/// The error for an array `name` whose elements are no numbers, with the remedy.
pub(super) fn not_numbers(name: &str, element: &ElementType) -> Error {
    let target = matches!(name, "y" | "target" | "labels") || name.to_lowercase().starts_with("y_");
    if element.kind == Kind::Object {
        let remedy = if target {
            "labels that are text become numbers by names, y = np.unique(y.astype(str), \
             return_inverse=True), numbers by y = y.astype('float64')"
        } else {
            "numbers become an array of numbers by .astype('float32'); columns of text have to be \
             encoded as numbers first"
        };
        let what = element.describe();
        return Error::input(format!(
            "it holds {what}, which are never loaded; {remedy}; then np.savez(..., {name}={name})"
        ));
    }
    let remedy = match element.kind {
        Kind::Unicode | Kind::Bytes if target => {
            "and numbers are needed; number the classes first, \
             names, y = np.unique(y, return_inverse=True), and save"
        }
        Kind::Unicode | Kind::Bytes => {
            "and numbers are needed; encode the text as numbers, and save"
        }
        Kind::Structured => {
            "and a plain array is needed; put the fields side by side as columns, and save"
        }
        _ => {
            "and booleans, integers or real numbers of 16 to 64 bits are needed; convert it, and save"
        }
    };
    Error::input(format!(
        "it holds {}, {remedy}: np.savez(..., {name}={name}.astype('{}'))",
        element.describe(),
        if target { "int64" } else { "float32" }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_and_their_padding_is_dropped() {
        let little: Vec<u8> = "é\0\0".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert_eq!(utf32(&little, false).unwrap(), "é");
        let big: Vec<u8> = "日本\0".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert_eq!(utf32(&big, true).unwrap(), "日本");
        assert!(
            utf32(&[0, 0, 0, 0xff], false)
                .unwrap_err()
                .to_string()
                .contains("no Unicode character")
        );
    }
}
