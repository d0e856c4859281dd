//! Keys of a forecast.

use serde_json::{Value, json};

use super::key::{DefaultValue, Key};
use crate::data::ForecastTarget;
use crate::error::Result;
use crate::params::found::Found;
use crate::params::setting::Optional;
use crate::params::values::{Boolean, Choice, SIZE, Values};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "WINDOW",
        help: "makes a forecast: the rows of the data are moments in order, and an example is so many neighbouring ones, \
               a signal of (features and targets, `WINDOW`). Steps are rows, whatever time lies between them",
        default: DefaultValue::Usual,
        other_names: &["LOOKBACK", "SEQUENCELENGTH", "WINDOWSIZE"],
        setting: &Optional { of: SIZE, at: |p| &mut p.window },
    },
    Key {
        name: "HORIZON",
        help: "how many rows after the last of the window the target is; a list gives one output each",
        default: DefaultValue::Told("1 with `WINDOW`"),
        other_names: &["HORIZONS", "STEPSAHEAD"],
        setting: &Optional { of: Horizons, at: |p| &mut p.horizons },
    },
    Key {
        name: "AUTOREGRESSIVE",
        help: "whether a window has the targets up to its last row, too",
        default: DefaultValue::Told("true with `WINDOW`"),
        other_names: &[],
        setting: &Optional { of: Boolean, at: |p| &mut p.autoregressive },
    },
    Key {
        name: "FORECAST",
        help: "what the network learns: the change from the value in the last row of the window, or the value itself. \
               Predictions, R², RMSE and MAE are of values either way",
        default: DefaultValue::Told(
            "`\"change\"` with `WINDOW`; `\"value\"` where `AUTOREGRESSIVE` is false",
        ),
        other_names: &[],
        setting: &Optional {
            of: Choice(&[("change", ForecastTarget::Change), ("value", ForecastTarget::Value)]),
            at: |p| &mut p.forecast,
        },
    },
];

/// A horizon, or several.
struct Horizons;

const HORIZONS: &str = "a whole number of 1 or more, or a list of such numbers, each once";

impl Values for Horizons {
    type Value = Vec<usize>;

    fn allowed(&self) -> String {
        HORIZONS.into()
    }

    fn schema(&self) -> Value {
        let list = json!({
            "type": "array", "minItems": 1, "uniqueItems": true, "items": SIZE.schema()
        });
        json!({"anyOf": [SIZE.schema(), list]})
    }

    fn read(&self, found: &Found) -> Result<Vec<usize>> {
        if !found.is_list() {
            return Ok(vec![SIZE.read(found).map_err(|_| found.refuse(HORIZONS))?]);
        }
        let horizons = found.list(HORIZONS, |horizon| SIZE.read(&horizon))?;
        let mut once = horizons.clone();
        once.sort_unstable();
        once.dedup();
        if horizons.is_empty() || once.len() < horizons.len() {
            return Err(found.refuse(HORIZONS));
        }
        Ok(horizons)
    }

    /// One number for one horizon.
    fn write(&self, value: &Vec<usize>) -> Value {
        match value[..] {
            [horizon] => json!(horizon),
            _ => json!(value),
        }
    }
}
