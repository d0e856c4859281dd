//! Values of the command line, which stand in place of a file's.

use serde_json::Value;

/// The value of a key, and the option that gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub value: Value,
    /// The option, such as `--set LR` or `--target`.
    pub option: String,
    /// Whether the entries of an object are added to those that the key has.
    pub adds: bool,
}
