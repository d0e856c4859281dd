//! An entry of the table of keys.

use serde_json::Value;

use crate::params::bounds;
use crate::params::setting::Setting;
use crate::run::Parameters;

/// A key of a parameter file.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it means, as Markdown.
    pub help: &'static str,
    /// What holds where it is absent.
    pub default: DefaultValue,
    /// What other programs call it, in capitals, without underscores.
    pub other_names: &'static [&'static str],
    /// Its type, and what it sets.
    pub(in crate::rooms::params) setting: &'static dyn Setting,
}

/// What holds where a key is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// Nothing: there has to be a value.
    Required,
    /// What [`Parameters::new`] has.
    Usual,
    /// A JSON value.
    Is(&'static str),
    /// What these words say, as Markdown.
    Told(&'static str),
    /// Nothing, but that another key stands in its place.
    RequiredWithout(&'static str),
}

/// Keys about one thing.
pub struct Subject {
    /// What they are about, in a word.
    pub name: &'static str,
    /// The keys, in the order in which they are written.
    pub keys: &'static [Key],
}

impl Key {
    /// What is allowed, as refusals say it.
    pub fn allowed(&self) -> String {
        self.setting.allowed()
    }

    /// The value that holds where it is absent, if it is always the same; null is off.
    pub fn default_json(&self) -> Option<Value> {
        match self.default {
            DefaultValue::Required | DefaultValue::Told(_) | DefaultValue::RequiredWithout(_) => {
                None
            }
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

/// The parameters before a key is read: what has no default is blank.
pub(in crate::rooms::params) fn blank() -> Parameters {
    Parameters::new(vec![]).learning_rate(0.0).max_epochs(0).batch_size(0)
}
