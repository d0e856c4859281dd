//! The values of a parameter file by key, each with where it was given.

use serde_json::Value;

use super::found::Found;
use crate::error::{Error, Place, Result};

/// What the file and `--set` give, each key once.
pub(super) struct Given {
    /// The file, which stands in front of its keys in errors.
    file: Option<String>,
    entries: Vec<Entry>,
}

struct Entry {
    key: &'static str,
    value: Value,
    /// Whether `--set` gave it, or else the file.
    is_set: bool,
}

impl Given {
    /// The values of a file.
    pub(super) fn new(file: Option<String>, values: Vec<(&'static str, Value)>) -> Self {
        let entry = |(key, value)| Entry { key, value, is_set: false };
        Given { file, entries: values.into_iter().map(entry).collect() }
    }

    /// Puts a value of `--set` in place of the file's.
    pub(super) fn set(&mut self, key: &'static str, value: Value) -> Result<()> {
        let entry = Entry { key, value, is_set: true };
        match self.entries.iter_mut().find(|own| own.key == key) {
            Some(own) if own.is_set => {
                return Err(Error::input("given twice; keep one").within(format!("--set {key}")));
            }
            Some(own) => *own = entry,
            None => self.entries.push(entry),
        }
        Ok(())
    }

    /// The value of a key; null is as if it were not there.
    pub(super) fn get(&self, key: &str) -> Option<Found<'_>> {
        let entry = self.entries.iter().find(|own| own.key == key && !own.value.is_null())?;
        Some(Found::new(self.place(key), &entry.value))
    }

    /// The value of a key that has no default; `allowed` tells what it has to be.
    pub(super) fn required(&self, key: &str, allowed: &str) -> Result<Found<'_>> {
        self.get(key).ok_or_else(|| {
            let message = format!("missing, and has no default; allowed: {allowed}");
            self.in_file(Error::input(message).within(key))
        })
    }

    /// The error of a check that starts with a key, with the origin of that key in front.
    pub(super) fn placed(&self, error: Error) -> Error {
        let of_option = |own: &&Entry| own.is_set && error.outermost() == Some(own.key);
        match self.entries.iter().find(of_option) {
            Some(own) => error.set_by_option(own.key),
            None => self.in_file(error),
        }
    }

    fn in_file(&self, error: Error) -> Error {
        match &self.file {
            Some(file) => error.within(file),
            None => error,
        }
    }

    /// Where the value of a key stands.
    fn place(&self, key: &str) -> Vec<Place> {
        self.placed(Error::input("").within(key)).place
    }
}
