//! The value of a field of a layer in the metadata of a model file.

use std::fmt;

use serde::de::{self, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A number, a pair of whole numbers, a yes or no, or `"same"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FieldRecord {
    Whole(usize),
    Real(f64),
    Pair([usize; 2]),
    Flag(bool),
    Same,
}

impl Serialize for FieldRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FieldRecord::Whole(number) => serializer.serialize_u64(*number as u64),
            FieldRecord::Real(number) => serializer.serialize_f64(*number),
            FieldRecord::Pair(pair) => pair.serialize(serializer),
            FieldRecord::Flag(flag) => serializer.serialize_bool(*flag),
            FieldRecord::Same => serializer.serialize_str("same"),
        }
    }
}

impl<'de> Deserialize<'de> for FieldRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

/// Reads any of the values.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = FieldRecord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a pair of whole numbers, true, false, or \"same\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<FieldRecord, A::Error> {
        let (vertical, horizontal) = (all.next_element()?, all.next_element()?);
        match (vertical, horizontal, all.next_element::<IgnoredAny>()?) {
            (Some(vertical), Some(horizontal), None) => {
                Ok(FieldRecord::Pair([vertical, horizontal]))
            }
            _ => Err(A::Error::custom("a list of other than two whole numbers")),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<FieldRecord, E> {
        usize::try_from(number).map(FieldRecord::Whole).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<FieldRecord, E> {
        Ok(FieldRecord::Real(number))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<FieldRecord, E> {
        Ok(FieldRecord::Flag(flag))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FieldRecord, E> {
        match text {
            "same" => Ok(FieldRecord::Same),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }
}
