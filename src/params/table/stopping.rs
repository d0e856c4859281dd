//! Keys of when training stops.

use super::key::{DefaultValue, Key};
use crate::params::bounds::ZERO_OR_MORE;
use crate::params::setting::{Field, Optional};
use crate::params::values::{COUNT, COUNT_FROM_ZERO, Number};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "LOSS_TOL",
        help: "stop when the training loss moves by less; 0 is off",
        default: DefaultValue::Usual,
        other_names: &["TOL", "TOLERANCE"],
        setting: &Field { of: Number(&ZERO_OR_MORE), at: |p| &mut p.loss_tolerance },
    },
    Key {
        name: "ACC_PATIENCE",
        help: "of classes or labels: stop when the validation accuracy has not beaten its best for so many \
               epochs",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: COUNT, at: |p| &mut p.accuracy_patience },
    },
    Key {
        name: "R2_PATIENCE",
        help: "of regression: stop when the validation R² has not beaten its best for so many epochs",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: COUNT, at: |p| &mut p.r2_patience },
    },
    Key {
        name: "LOSS_PATIENCE",
        help: "stop when the validation loss has not beaten its best for so many epochs",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: COUNT, at: |p| &mut p.loss_patience },
    },
    Key {
        name: "WARMUP_EPOCHS",
        help: "epochs in which nothing stops and no patience counts",
        default: DefaultValue::Usual,
        other_names: &["WARMUP"],
        setting: &Field { of: COUNT_FROM_ZERO, at: |p| &mut p.warmup_epochs },
    },
];
