//! Settings: from the value of a key to [`Parameters`], and back.

use serde_json::Value;

use super::found::Found;
use super::given::Given;
use super::values::Values;
use crate::error::Result;
use crate::run::Parameters;

/// The setting of a key.
pub(super) trait Setting: Sync {
    /// The allowed values, in the words of refusals.
    fn allowed(&self) -> String;

    /// The allowed values in JSON Schema, null aside.
    fn schema(&self) -> Value;

    /// Sets the value of the key of this name, if it is given; earlier keys of the table are set.
    fn read(&self, key: &str, given: &Given, parameters: &mut Parameters) -> Result<()>;

    /// Its value as JSON, null where it is off.
    fn write(&self, parameters: &mut Parameters) -> Value;
}

/// A field that always has a value.
pub(super) struct Field<V: Values> {
    pub(super) of: V,
    pub(super) at: fn(&mut Parameters) -> &mut V::Value,
}

/// A field that may be off.
pub(super) struct Optional<V: Values> {
    pub(super) of: V,
    pub(super) at: fn(&mut Parameters) -> &mut Option<V::Value>,
}

/// A part of a value that several keys set, each its own part, in the order of the table.
pub(super) struct Part<V: Values> {
    pub(super) of: V,
    /// Puts the value in.
    pub(super) set: fn(&mut Parameters, V::Value, &Found) -> Result<()>,
    /// None where it, or the whole, is off.
    pub(super) get: fn(&Parameters) -> Option<V::Value>,
}

/// A part of a value that several keys can only set together.
pub(super) struct Together<V: Values> {
    pub(super) of: V,
    /// Reads all parts; one key has it.
    pub(super) read: Option<fn(&Given, &mut Parameters) -> Result<()>>,
    /// None where it is off.
    pub(super) get: fn(&Parameters) -> Option<V::Value>,
}

impl<V: Values> Setting for Field<V> {
    fn allowed(&self) -> String {
        self.of.allowed()
    }

    fn schema(&self) -> Value {
        self.of.schema()
    }

    fn read(&self, key: &str, given: &Given, parameters: &mut Parameters) -> Result<()> {
        if let Some(found) = given.get(key) {
            *(self.at)(parameters) = self.of.read(&found)?;
        }
        Ok(())
    }

    fn write(&self, parameters: &mut Parameters) -> Value {
        self.of.write((self.at)(parameters))
    }
}

impl<V: Values> Setting for Optional<V> {
    fn allowed(&self) -> String {
        self.of.allowed()
    }

    fn schema(&self) -> Value {
        self.of.schema()
    }

    fn read(&self, key: &str, given: &Given, parameters: &mut Parameters) -> Result<()> {
        if let Some(found) = given.get(key) {
            *(self.at)(parameters) = Some(self.of.read(&found)?);
        }
        Ok(())
    }

    fn write(&self, parameters: &mut Parameters) -> Value {
        (self.at)(parameters).as_ref().map_or(Value::Null, |value| self.of.write(value))
    }
}

impl<V: Values> Setting for Part<V> {
    fn allowed(&self) -> String {
        self.of.allowed()
    }

    fn schema(&self) -> Value {
        self.of.schema()
    }

    fn read(&self, key: &str, given: &Given, parameters: &mut Parameters) -> Result<()> {
        match given.get(key) {
            Some(found) => (self.set)(parameters, self.of.read(&found)?, &found),
            None => Ok(()),
        }
    }

    fn write(&self, parameters: &mut Parameters) -> Value {
        (self.get)(parameters).map_or(Value::Null, |value| self.of.write(&value))
    }
}

impl<V: Values> Setting for Together<V> {
    fn allowed(&self) -> String {
        self.of.allowed()
    }

    fn schema(&self) -> Value {
        self.of.schema()
    }

    fn read(&self, _: &str, given: &Given, parameters: &mut Parameters) -> Result<()> {
        self.read.map_or(Ok(()), |read| read(given, parameters))
    }

    fn write(&self, parameters: &mut Parameters) -> Value {
        (self.get)(parameters).map_or(Value::Null, |value| self.of.write(&value))
    }
}
