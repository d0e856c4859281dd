//! `gpu-mlp schema`

use super::console;
use crate::error::Result;
use crate::params::schema;

/// Prints the JSON Schema, with which editors complete and check a parameter file.
pub(super) fn run() -> Result<()> {
    console::line(&format!("{:#}", schema()))
}
