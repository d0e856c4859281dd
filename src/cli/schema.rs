//! `gpu-mlp schema`

use super::console;
use crate::error::Result;
use crate::params::schema;

/// Prints what an editor needs to complete and check a parameter file.
pub(super) fn run() -> Result<()> {
    console::line(&format!("{:#}", schema()))
}
