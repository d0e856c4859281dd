//! The options that stand for keys: each writes one, so that params.json repeats the run.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::csv_header::Header;
use crate::data::AskedKind;
use crate::error::{Error, Result};
use crate::params::Override;

/// The options of commands that read data with targets.
#[derive(Debug, Default, clap::Args)]
pub(super) struct DataFlags {
    /// The column that is predicted; several by repeating it (TARGET)
    #[arg(long = "target", value_name = "COLUMN")]
    targets: Vec<String>,
    /// Leave a column out (COLUMNS)
    #[arg(long = "drop", value_name = "COLUMN")]
    drops: Vec<String>,
    /// What a column is read as: number, boolean, category, date, index, weight, group or drop (COLUMNS)
    #[arg(long = "column", value_name = "NAME=KIND")]
    columns: Vec<String>,
    /// The column that tells how much each row counts (COLUMNS)
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// The column whose rows of one value stay in one split (COLUMNS)
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// A file of the same columns with the test rows (TEST_DATASET)
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// What the target is predicted as: classification, multi_label or regression (TASK)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Whether the first line of CSV is a header, where the line itself does not tell (HEADER)
    #[arg(long, value_enum)]
    header: Option<Header>,
    /// A word that stands for a missing cell, as an empty cell, NA, nan and ? do (NA)
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    na: Vec<String>,
    /// Set a key, e.g. LR=0.01 or HIDDEN=[64,32]
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
}

impl DataFlags {
    /// The keys that the options set.
    pub fn overrides(&self) -> Result<Vec<Override>> {
        let mut all = Override::all_set(&self.overrides)?;
        let mut set = |key: &'static str, value: Value, option: &str, adds: bool| {
            all.push(Override { key, value, option: option.into(), adds });
        };
        if !self.targets.is_empty() {
            set("TARGET", json!(self.targets), "--target", false);
        }
        if let Some(test) = &self.test {
            let test = test.to_str().ok_or_else(|| {
                Error::input("is not UTF-8, which params.json can't hold; rename it")
                    .within("--test")
            })?;
            set("TEST_DATASET", test.into(), "--test", false);
        }
        if let Some(task) = &self.task {
            set("TASK", task.as_str().into(), "--task", false);
        }
        if let Some(header) = self.header {
            set("HEADER", header.is_there().into(), "--header", false);
        }
        if !self.na.is_empty() {
            set("NA", json!(self.na), "--na", false);
        }
        let kinds = self.kinds()?;
        if !kinds.is_empty() {
            set("COLUMNS", Value::Object(kinds), "--column", true);
        }
        Ok(all)
    }

    /// What columns are read as.
    fn kinds(&self) -> Result<Map<String, Value>> {
        let mut kinds = Map::new();
        let mut add = |name: &str, kind: &str, option: &str| {
            let kind = json!({ "as": kind });
            match kinds.insert(name.to_string(), kind.clone()) {
                Some(before) if before != kind => {
                    let message = "is given two kinds; give one";
                    Err(Error::input(message).within(format!("{option} {name}")))
                }
                Some(_) | None => Ok(()),
            }
        };
        for column in &self.columns {
            let Some((name, kind)) = column.rsplit_once('=') else {
                let kinds = AskedKind::ALL.map(AskedKind::name).join(", ");
                return Err(Error::input(format!(
                    "found no \"=\"; allowed: NAME=KIND, a kind of {kinds}"
                ))
                .within(format!("--column {column}")));
            };
            add(name, kind, "--column")?;
        }
        self.drops.iter().try_for_each(|name| add(name, "drop", "--drop"))?;
        self.weight.iter().try_for_each(|name| add(name, "weight", "--weight"))?;
        self.group.iter().try_for_each(|name| add(name, "group", "--group"))?;
        Ok(kinds)
    }
}
