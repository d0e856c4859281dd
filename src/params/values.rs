//! The types of a key's values: in words, as JSON Schema, and to and from JSON.

use serde_json::{Value, json};

use super::bounds::Bounds;
use super::found::{Found, quoted};
use crate::error::Result;
use crate::network::MOST_SIZE;
use crate::run::MOST_SHIFT;

/// The names of comments in JSON Schema.
pub(super) const COMMENTS: &str = "^_";

/// A type of values.
pub(super) trait Values: Sync {
    /// The type of a value in Rust.
    type Value;

    /// The allowed values, in the words of refusals.
    fn allowed(&self) -> String;

    /// The allowed values in JSON Schema, null aside.
    fn schema(&self) -> Value;

    /// A value from JSON.
    fn read(&self, found: &Found) -> Result<Self::Value>;

    /// A value as JSON that reads back as the same.
    fn write(&self, value: &Self::Value) -> Value;
}

/// Numbers within bounds.
pub(super) struct Number(pub(super) &'static Bounds);

impl Values for Number {
    type Value = f64;

    fn allowed(&self) -> String {
        self.0.allowed.into()
    }

    fn schema(&self) -> Value {
        self.0.schema()
    }

    fn read(&self, found: &Found) -> Result<f64> {
        found.number(self.0)
    }

    fn write(&self, value: &f64) -> Value {
        (*value).into()
    }
}

/// Whole numbers.
pub(super) struct Whole<T> {
    least: u64,
    most: u64,
    from: fn(u64) -> T,
}

/// The most that a key counts to in u32.
const MOST_COUNT: u64 = u32::MAX as u64 - 1;

pub(super) const COUNT: Whole<u32> = Whole { least: 1, most: MOST_COUNT, from: |n| n as u32 };
pub(super) const COUNT_FROM_ZERO: Whole<u32> = Whole { least: 0, ..COUNT };
pub(super) const ROWS: Whole<usize> = Whole { least: 1, most: MOST_COUNT, from: |n| n as usize };
/// Of a layer: a size or a stride.
pub(super) const SIZE: Whole<usize> = Whole { most: MOST_SIZE as u64, ..ROWS };
/// Of a layer: zeros around its input.
pub(super) const ZEROS: Whole<usize> = Whole { least: 0, most: MOST_SIZE as u64 - 1, ..ROWS };
/// Of rows: how far they are moved.
pub(super) const MOVE: Whole<u32> = Whole { most: MOST_SHIFT as u64, ..COUNT };
pub(super) const MOVE_FROM_ZERO: Whole<u32> = Whole { least: 0, ..MOVE };
pub(super) const SEED: Whole<u64> = Whole { least: 0, most: u64::MAX, from: |n| n };

impl<T: Copy + Into<Value>> Values for Whole<T> {
    type Value = T;

    fn allowed(&self) -> String {
        format!("a whole number of {} or more", self.least)
    }

    fn schema(&self) -> Value {
        json!({"type": "integer", "minimum": self.least, "maximum": self.most})
    }

    fn read(&self, found: &Found) -> Result<T> {
        found.whole(self.least, self.most).map(self.from)
    }

    fn write(&self, value: &T) -> Value {
        (*value).into()
    }
}

/// Texts that are not blank.
pub(super) struct Text {
    /// The words for them.
    pub(super) allowed: &'static str,
    /// The texts that an editor may offer.
    pub(super) examples: &'static [&'static str],
}

impl Values for Text {
    type Value = String;

    fn allowed(&self) -> String {
        self.allowed.into()
    }

    fn schema(&self) -> Value {
        let mut schema = json!({"type": "string", "pattern": "\\S"});
        if !self.examples.is_empty() {
            schema["examples"] = json!(self.examples);
        }
        schema
    }

    fn read(&self, found: &Found) -> Result<String> {
        found.text(self.allowed).map(String::from)
    }

    fn write(&self, value: &String) -> Value {
        value.as_str().into()
    }
}

/// true and false.
pub(super) struct Boolean;

impl Values for Boolean {
    type Value = bool;

    fn allowed(&self) -> String {
        "true or false".into()
    }

    fn schema(&self) -> Value {
        json!({"type": "boolean"})
    }

    fn read(&self, found: &Found) -> Result<bool> {
        found.boolean()
    }

    fn write(&self, value: &bool) -> Value {
        (*value).into()
    }
}

/// Values that have names.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Clone + PartialEq + Sync> Values for Choice<T> {
    type Value = T;

    fn allowed(&self) -> String {
        quoted(self.0.iter().map(|(name, _)| *name))
    }

    /// Letter case is for the program to pass over.
    fn schema(&self) -> Value {
        json!({"enum": self.0.iter().map(|(name, _)| *name).collect::<Vec<_>>()})
    }

    fn read(&self, found: &Found) -> Result<T> {
        found.choice(self.0)
    }

    fn write(&self, value: &T) -> Value {
        self.0.iter().find(|(_, own)| own == value).map(|(name, _)| *name).into()
    }
}

/// The allowed values, or null.
pub(super) fn or_null(mut schema: Value) -> Value {
    if let Some(Value::Array(names)) = schema.get_mut("enum") {
        names.push(Value::Null);
    } else if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        forms.push(json!({"type": "null"}));
    } else {
        schema["type"] = json!([schema["type"], "null"]);
    }
    schema
}
