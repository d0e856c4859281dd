//! Keys of the data set.

use serde_json::{Value, json};

use super::key::{DefaultValue, Key};
use crate::error::Result;
use crate::params::found::Found;
use crate::params::setting::{Field, Optional};
use crate::params::values::{Text, Values};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "NPZ_DATASET",
        help: "the data; looked up as given, beside the JSON, in `datasets/` of the current folder, and in \
               `datasets/` beside and above the JSON",
        default: DefaultValue::Required,
        other_names: &["DATA", "DATASET"],
        setting: &Field {
            of: Text { allowed: "the path of an .npz file, a text", examples: &[] },
            at: |p| &mut p.dataset,
        },
    },
    Key {
        name: "NPZ_SHA256",
        help: "the SHA-256 of the data, which a run writes in its `params.json`: other data are refused",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: Sha256, at: |p| &mut p.dataset_sha256 },
    },
];

/// Hexadecimal digits of either case, kept in small letters.
struct Sha256;

const SHA256: &str = "a SHA-256, 64 hexadecimal digits";

impl Values for Sha256 {
    type Value = String;

    fn allowed(&self) -> String {
        SHA256.into()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"})
    }

    fn read(&self, found: &Found) -> Result<String> {
        let text = found.text(SHA256)?;
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(text.to_lowercase());
        }
        Err(found.refuse(SHA256))
    }

    fn write(&self, value: &String) -> Value {
        value.as_str().into()
    }
}
