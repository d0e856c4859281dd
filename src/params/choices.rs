//! The named values of keys, for reading and for writing.

use crate::data::Normalization;
use crate::network::{Initialization, Task};
use crate::run::{BatchGradient, Clip};

/// Values by name, the default first.
pub(super) type Choices<T> = &'static [(&'static str, T)];

/// What a network is trained for; None leaves it to the output and the targets.
pub(super) const TASK: Choices<Option<Task>> = &[
    ("auto", None),
    ("classification", Some(Task::Classification)),
    ("multi_label", Some(Task::MultiLabel)),
    ("regression", Some(Task::Regression)),
];

pub(super) const BATCH_GRADIENT: Choices<BatchGradient> =
    &[("mean", BatchGradient::Mean), ("sum", BatchGradient::Sum)];

pub(super) const NORMALIZE: Choices<Normalization> = &[
    ("zscore", Normalization::ZScore),
    ("minmax", Normalization::MinMax),
    ("none", Normalization::None),
];

pub(super) const INIT: Choices<Initialization> =
    &[("auto", Initialization::Auto), ("source", Initialization::Source)];

/// Clips by name; the bound comes from another key.
pub(super) const GRAD_CLIP_MODE: Choices<fn(f64) -> Clip> =
    &[("norm", Clip::Norm), ("value", Clip::Value)];

/// The name of a value.
pub(super) fn name_of<T: PartialEq>(choices: Choices<T>, value: &T) -> Option<&'static str> {
    choices.iter().find(|(_, own)| own == value).map(|(name, _)| *name)
}
