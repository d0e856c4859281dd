//! JSON texts and files, read strictly: a key given twice is an error, not the last one's win.

use std::fmt;
#[cfg(feature = "files")]
use std::io::Read;
#[cfg(feature = "files")]
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

#[cfg(feature = "files")]
use super::locate::did_you_mean_file;
use crate::error::{Error, Result};
#[cfg(feature = "files")]
use crate::input::open_stream;
use crate::text::shown;

/// The most bytes of a parameter file, which has a few hundred; a larger file is another one, and its values would
/// take hundreds of times its bytes in memory.
pub(crate) const MOST_BYTES: u64 = 4 << 20;

#[cfg(feature = "files")]
/// Reads a JSON file; every error starts with its path.
pub(super) fn read_file(path: &Path) -> Result<Value> {
    read_text(path).and_then(|text| parse(&text)).map_err(|e| e.within(path.display()))
}

#[cfg(feature = "files")]
fn read_text(path: &Path) -> Result<String> {
    if path.is_dir() {
        return Err(Error::input("is a directory; allowed: a JSON file"));
    }
    let mut bytes = vec![];
    let reading = open_stream(path).and_then(|f| f.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = reading {
        let hint = did_you_mean_file(path, "json", path.parent());
        return Err(Error::input(format!("cannot be read ({error}){hint}")));
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Error::input("is larger than 4 MB; allowed: a JSON file of parameters"));
    }
    String::from_utf8(bytes).map_err(|error| {
        Error::input(format!(
            "is not UTF-8 text (byte {}); allowed: a JSON file, saved as UTF-8",
            error.utf8_error().valid_up_to()
        ))
    })
}

/// Parses a JSON text; errors start with line and column.
pub(super) fn parse(text: &str) -> Result<Value> {
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Distinct(value) = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Error::input(format!("line {line}, column {column}: {message}"))
    })?;
    Ok(value)
}

/// A JSON value whose objects name every key once.
struct Distinct(Value);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DistinctVisitor).map(Distinct)
    }
}

struct DistinctVisitor;

impl<'de> Visitor<'de> for DistinctVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = vec![];
        while let Some(Distinct(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("{} is given twice; keep one", shown(&key))));
            }
            let Distinct(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_value_is_read() {
        let text = "\u{feff}{\"a\": [null, true, -1, 18446744073709551615, 0.1], \"b\": \"é\\n\"}";
        let value = json!({"a": [null, true, -1, u64::MAX, 0.1], "b": "é\n"});
        assert_eq!(parse(text), Ok(value));
    }

    #[test]
    fn errors_show_line_and_column() {
        for (text, words) in [
            ("{\"LR\": 1,\n \"LR\": 2}", "line 2, column 5: LR is given twice"),
            ("[{\"a\": {\"b\": 1, \"b\": 1}}]", "b is given twice"),
            ("{\"LR\": 1,\n}", "line 2, column 1: trailing comma"),
            ("{\"LR\": NaN}", "line 1, column 8: expected"),
            ("{\"LR\": 1e999}", "number out of range"),
            ("{} {}", "line 1, column 4: trailing characters"),
            ("", "line 1, column 0: EOF"),
        ] {
            let message = parse(text).map_or_else(|e| e.to_string(), |v| v.to_string());
            assert!(message.contains(words), "{text:?}: {message}");
        }
    }
}
