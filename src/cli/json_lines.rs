//! `--json`: one line per epoch, with the fields of history.csv.

use serde_json::Value;

use super::console::line;
use crate::artifact::record;
use crate::error::Result;
use crate::train::{EpochRow, Observer};

/// Prints each epoch as a JSON object.
pub(super) struct JsonLines;

impl Observer for JsonLines {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        let object = record(row).into_iter().map(|(name, value)| (name.to_string(), value));
        line(&Value::Object(object.collect()).to_string())
    }
}
