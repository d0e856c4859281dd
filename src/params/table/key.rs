//! An entry of the table of keys.

use serde_json::Value;

use crate::params::bounds;
use crate::params::setting::Setting;
use crate::run::Parameters;

/// A key of a parameter file.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Its meaning, as Markdown.
    pub help: &'static str,
    /// Its default.
    pub default: DefaultValue,
    /// Its names in other programs, in capitals, without underscores.
    pub other_names: &'static [&'static str],
    /// Its type and setting.
    pub(in crate::rooms::params) setting: &'static dyn Setting,
}

/// The default of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// None: there has to be a value.
    Required,
    /// The value of [`Parameters::new`].
    Usual,
    /// A JSON value.
    Is(&'static str),
    /// In words, as Markdown.
    Told(&'static str),
    /// The data decide, in words, as Markdown; see [`Parameters::for_data`].
    OfData(&'static str),
}

/// Keys on one subject.
pub struct Subject {
    /// Their subject, in a word.
    pub name: &'static str,
    /// The keys, in the order in which they are written.
    pub keys: &'static [Key],
}

impl Key {
    /// The allowed values, in the words of refusals.
    pub fn allowed(&self) -> String {
        self.setting.allowed()
    }

    /// The default, if it is always the same; null is off.
    pub fn default_json(&self) -> Option<Value> {
        match self.default {
            DefaultValue::Required | DefaultValue::Told(_) | DefaultValue::OfData(_) => None,
            DefaultValue::Usual => Some(plain(self.setting.write(&mut blank()))),
            DefaultValue::Is(json) => serde_json::from_str(json).ok(),
        }
    }
}

/// A number as people write it: 1, not 1.0.
fn plain(value: Value) -> Value {
    match value.as_f64() {
        Some(number) if value.is_f64() => bounds::number(number),
        _ => value,
    }
}

/// The parameters before a key is read: blank where there is no default.
pub(in crate::rooms::params) fn blank() -> Parameters {
    Parameters::new(vec![]).learning_rate(0.0).max_epochs(0).batch_size(0)
}
