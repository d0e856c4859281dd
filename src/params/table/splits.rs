//! Keys of random numbers, splits and scaling.

use serde_json::{Value, json};

use super::key::{DefaultValue, Key};
use crate::data::{Normalization, SplitMode};
use crate::error::Result;
use crate::params::bounds::ZERO_TO_ONE;
use crate::params::found::Found;
use crate::params::setting::{Field, Optional};
use crate::params::values::{Boolean, Choice, Number, SEED, Text, Values};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "RANDOM_SEED",
        help: "initial weights, the order of every epoch, dropout and `AUGMENT`",
        default: DefaultValue::Usual,
        other_names: &["SEED", "RANDOMSTATE"],
        setting: &Field { of: SEED, at: |p| &mut p.random_seed },
    },
    Key {
        name: "SPLIT_SEED",
        help: "the split",
        default: DefaultValue::Told("`RANDOM_SEED`"),
        other_names: &[],
        setting: &Optional { of: SEED, at: |p| &mut p.split_seed },
    },
    Key {
        name: "SPLIT",
        help: "train, validation and, as a third number, test",
        default: DefaultValue::OfData("`[0.7, 0.3]`, with `HIDDEN` `[0.8, 0.2]`"),
        other_names: &[],
        setting: &Field { of: Shares, at: |p| &mut p.split },
    },
    Key {
        name: "SPLIT_MODE",
        help: "how rows are divided: at random; in their order, training rows first, then validation, then test, as \
               rows that follow each other in time need it; or at random with each of the `GROUPS` whole, as rows of \
               the same patient, speaker or machine need it",
        default: DefaultValue::Told(
            "`\"random\"`, with `WINDOW` `\"ordered\"`, with `GROUPS` alone `\"grouped\"`",
        ),
        other_names: &[],
        setting: &Optional {
            of: Choice(&[
                ("random", SplitMode::Random),
                ("ordered", SplitMode::Ordered),
                ("grouped", SplitMode::Grouped),
            ]),
            at: |p| &mut p.split_mode,
        },
    },
    Key {
        name: "GROUPS",
        help: "the array of whole numbers, one per row: the group of each. With `WINDOW` its change ends a series, and \
               neither a window nor its targets cross it; without, no group is in two splits",
        default: DefaultValue::Usual,
        other_names: &["GROUP", "SERIES"],
        setting: &Optional {
            of: Text { allowed: "the name of an array of the data", examples: &[] },
            at: |p| &mut p.groups,
        },
    },
    Key {
        name: "STRATIFY",
        help: "whether every class keeps its share in every split; nearly so where groups stay whole; not where \
               `SPLIT_MODE` is `\"ordered\"`",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Field { of: Boolean, at: |p| &mut p.stratify },
    },
    Key {
        name: "NORMALIZE",
        help: "how inputs are scaled, by statistics of the training rows, a feature at a time, or a \
               channel at a time for signals and images",
        default: DefaultValue::Usual,
        other_names: &["SCALER"],
        setting: &Field { of: NORMALIZATION, at: |p| &mut p.normalize },
    },
    Key {
        name: "TARGET_NORMALIZE",
        help: "how targets are scaled; the loss is in these units; R², RMSE, MAE and predictions in original ones",
        default: DefaultValue::Told("`\"zscore\"` with a linear output, else `\"none\"`"),
        other_names: &[],
        setting: &Optional { of: NORMALIZATION, at: |p| &mut p.target_normalize },
    },
];

const NORMALIZATION: Choice<Normalization> = Choice(&[
    ("zscore", Normalization::ZScore),
    ("minmax", Normalization::MinMax),
    ("none", Normalization::None),
]);

/// The shares of the splits.
struct Shares;

const SHARES: &str = "2 or 3 numbers from 0 to 1 with sum 1: train (above 0), validation, test";

/// How far the shares may be from sum 1: they are written in decimals.
const TOLERANCE: f64 = 1e-9;

impl Values for Shares {
    type Value = [f64; 3];

    fn allowed(&self) -> String {
        SHARES.into()
    }

    /// JSON Schema has no sums.
    fn schema(&self) -> Value {
        let share = Number(&ZERO_TO_ONE).schema();
        json!({"type": "array", "minItems": 2, "maxItems": 3, "items": share})
    }

    fn read(&self, found: &Found) -> Result<[f64; 3]> {
        let parts = found.list(SHARES, |part| part.number(&ZERO_TO_ONE))?;
        let split = match parts[..] {
            [train, validation] => [train, validation, 0.0],
            [train, validation, test] => [train, validation, test],
            _ => return Err(found.refuse(SHARES)),
        };
        let sum: f64 = split.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            // Rounded, so that 0.7 + 0.2 is shown as 0.9.
            let reason = format!(", whose sum is {}", (sum * 1e12).round() / 1e12);
            return Err(found.refuse_because(&reason, SHARES));
        }
        if split[0] == 0.0 { Err(found.refuse(SHARES)) } else { Ok(split) }
    }

    /// Two numbers where there is no test split: archives with a test split of their own take no third.
    fn write(&self, value: &[f64; 3]) -> Value {
        match value {
            [train, validation, 0.0] => json!([train, validation]),
            all => json!(all),
        }
    }
}
