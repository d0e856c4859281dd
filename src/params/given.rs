//! The values of a parameter file by key, each with its origin.

use serde_json::Value;

use super::found::Found;
use super::overrides::Override;
use crate::error::{Error, Place, Result};

/// The values of the file and of `--set`, each key once.
pub(super) struct Given {
    /// The file, which errors name before its keys.
    file: Option<String>,
    entries: Vec<Entry>,
}

struct Entry {
    key: &'static str,
    value: Value,
    /// The option that gave it; None for the file.
    option: Option<String>,
}

impl Given {
    /// The values of a file.
    pub(super) fn new(file: Option<String>, values: Vec<(&'static str, Value)>) -> Self {
        let entry = |(key, value)| Entry { key, value, option: None };
        Given { file, entries: values.into_iter().map(entry).collect() }
    }

    /// Puts a value of the command line in place of the file's.
    pub(super) fn set(&mut self, from: &Override) -> Result<()> {
        let Override { key, value, option, adds } = from.clone();
        let entry = Entry { key, value, option: Some(option) };
        match self.entries.iter_mut().find(|own| own.key == key) {
            Some(Entry { value: Value::Object(own), option, .. }) if adds && option.is_none() => {
                own.extend(entry.value.as_object().cloned().unwrap_or_default());
                *option = entry.option;
            }
            Some(Entry { option: Some(other), .. }) => {
                let option = entry.option.unwrap_or_default();
                let other = if *other == option { "".into() } else { format!(", also by {other}") };
                return Err(Error::input(format!("given twice{other}; keep one")).within(option));
            }
            Some(own) => *own = entry,
            None => self.entries.push(entry),
        }
        Ok(())
    }

    /// The value of a key; null counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<Found<'_>> {
        let entry = self.entries.iter().find(|own| own.key == key && !own.value.is_null())?;
        Some(Found::new(self.place(key), &entry.value))
    }

    /// The value of a key that has no default; `allowed` says what is allowed.
    pub(super) fn required(&self, key: &str, allowed: &str) -> Result<Found<'_>> {
        self.get(key).ok_or_else(|| {
            let message = format!("missing, and has no default; allowed: {allowed}");
            self.in_file(Error::input(message).within(key))
        })
    }

    /// The error of a check that starts with a key, within the origin of that key.
    pub(super) fn placed(&self, error: Error) -> Error {
        let own = self.entries.iter().find(|own| error.outermost() == Some(own.key));
        match own.and_then(|own| own.option.as_ref()) {
            Some(option) => error.set_by_option(option),
            None => self.in_file(error),
        }
    }

    fn in_file(&self, error: Error) -> Error {
        match &self.file {
            Some(file) => error.within(file),
            None => error,
        }
    }

    /// The origin of a key's value.
    fn place(&self, key: &str) -> Vec<Place> {
        self.placed(Error::input("").within(key)).place
    }
}
