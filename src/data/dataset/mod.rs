//! A data set as it was read: rows, targets, names.

mod checks;
#[cfg(feature = "files")]
mod groups;
mod part;
#[cfg(feature = "files")]
mod parts;
#[cfg(feature = "files")]
mod per_row;
#[cfg(feature = "files")]
mod read;
#[cfg(feature = "files")]
mod selection;

use std::path::PathBuf;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView, ArrayView2, Dimension};

#[cfg(feature = "files")]
pub(super) use self::checks::groups as check_groups;
#[cfg(feature = "files")]
pub(super) use self::groups::read_groups;
use self::part::{Gaps, Part};
#[cfg(feature = "files")]
pub(super) use self::per_row::{LENGTHS, WEIGHTS};
use super::inputs::Inputs;
use super::numbers::Numbers;
use super::prepare::Preparation;
use crate::data::targets::Targets;
use crate::error::{Error, Result};

/// Rows and their targets, from an archive or from arrays.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive] // made by what checks
pub struct Dataset {
    /// The file's stem, or a name of the caller's.
    pub name: String,
    /// The file it came from.
    pub path: Option<PathBuf>,
    /// SHA-256 of that file in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// The inputs, shape (rows, product of `row_shape`), in original units, all finite.
    pub inputs: Inputs,
    /// The shape of one row: `[features]`, `[channels, T]` for signals, `[channels, height, width]` or `[height, width]` for
    /// images; channels may come last.
    pub row_shape: Vec<usize>,
    /// The targets; same number of rows as `inputs`.
    pub targets: Targets,
    /// Rows from this one on are the archive's own validation split, up to its own test split.
    pub own_validation: Option<usize>,
    /// Rows from this one on are the archive's own test split.
    pub own_test: Option<usize>,
    /// One weight per row, finite and not negative.
    pub sample_weight: Option<Vec<f64>>,
    /// The group of each row: no window of a forecast crosses groups, and else no group is in two splits.
    pub groups: Option<Vec<i64>>,
    /// The samples that each row has, of sequences; what lies behind them is padding.
    pub lengths: Option<Vec<u32>>,
    /// Names of the features.
    pub feature_names: Option<Vec<String>>,
    /// Names of the classes or outputs.
    pub target_names: Option<Vec<String>>,
    /// The arrays of the archive that are not used, in words; None if all are.
    pub unused: Option<String>,
    /// What made the inputs of the columns of a table; None where the data are inputs already.
    pub prepared: Option<Arc<Prepared>>,
}

/// What made the inputs of the columns of a table.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Prepared {
    /// From columns to inputs.
    pub columns: Preparation,
    /// The names of the columns of the targets.
    pub targets: Vec<String>,
    /// Further words that stand for a missing cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

impl Dataset {
    /// A data set of the caller's own arrays, checked as an archive's are: inputs (rows, features),
    /// (rows, channels, T) or (rows, channels, height, width), at least two rows, all values finite; targets
    /// (rows) or (rows, outputs), integers where they are classes or labels.
    pub fn from_arrays<D: Dimension>(
        name: impl Into<String>,
        inputs: ArrayView<'_, f64, D>,
        targets: impl Into<Targets>,
    ) -> Result<Self> {
        let (name, inputs) = (name.into(), inputs.into_dyn());
        let numbers = match targets.into() {
            Targets::Integers(values) => Numbers::Integers(values.into_dyn()),
            Targets::Reals(values) => Numbers::Reals(values.into_dyn()),
        };
        let part = Part::new("X", Numbers::Reals(inputs.to_owned()), "y", numbers, Gaps::Refused);
        let dataset = part.and_then(|part| {
            checks::enough_rows("X", part.rows())?;
            Ok(Self::from_part(part))
        });
        dataset
            .map(|dataset| Self { name: name.clone(), ..dataset })
            .map_err(|error| error.within(name))
    }

    /// The same from slices: `inputs` are rows of `features` numbers, one after the other.
    pub fn from_slices(
        name: impl Into<String>,
        inputs: &[f64],
        features: usize,
        targets: impl Into<Targets>,
    ) -> Result<Self> {
        let name = name.into();
        let rows = inputs.len() / features.max(1);
        match ArrayView2::from_shape((rows, features), inputs) {
            Ok(view) if view.len() == inputs.len() => Self::from_arrays(name, view, targets),
            _ => Err(Error::input(format!(
                "{} inputs are no rows of {features} features; allowed: a whole number of rows",
                inputs.len()
            ))
            .within(name)),
        }
    }

    /// The bytes of the inputs and targets.
    pub(crate) fn bytes(&self) -> u64 {
        let targets = match &self.targets {
            Targets::Integers(values) => values.len(),
            Targets::Reals(values) => values.len(),
        };
        self.inputs.bytes() + 8 * targets as u64
    }

    /// The same data set with one weight per row, checked as an archive's are.
    pub fn with_sample_weight(mut self, weights: Vec<f64>) -> Result<Self> {
        let weights =
            checks::weights("sample_weight", Array1::from(weights).into_dyn(), self.inputs.nrows());
        self.sample_weight = Some(weights.map_err(|error| error.within(&self.name))?);
        Ok(self)
    }

    /// The same data set with the group of each row: no window of a forecast crosses groups, and else no group is in two
    /// splits.
    pub fn with_groups(mut self, groups: Vec<i64>) -> Result<Self> {
        checks::groups("groups", groups.len(), self.inputs.nrows())
            .map_err(|error| error.within(&self.name))?;
        self.groups = Some(groups);
        Ok(self)
    }

    /// The same data set of sequences with the samples that each row has, from 1 to all, checked as an archive's are.
    /// What lies behind them is padding: no result depends on it.
    pub fn with_lengths(mut self, lengths: Vec<u32>) -> Result<Self> {
        let numbers: Vec<f64> = lengths.iter().map(|&length| length.into()).collect();
        checks::lengths("lengths", Array1::from(numbers).into_dyn(), self.inputs.nrows())
            .map_err(|error| error.within(&self.name))?;
        self.lengths = Some(lengths);
        Ok(self)
    }

    /// The same data set with these columns, in their order; `row_shape` stays that of the file.
    pub(crate) fn with_columns(&self, columns: &[usize]) -> Self {
        self.with_inputs(self.inputs.select(columns))
    }

    /// The same data set with other inputs; `row_shape` stays that of the file.
    pub(crate) fn with_inputs(&self, inputs: Inputs) -> Self {
        Self { inputs, ..self.without_inputs() }
    }

    /// The same data set with no inputs, without a copy of them.
    fn without_inputs(&self) -> Self {
        Self {
            name: self.name.clone(),
            path: self.path.clone(),
            sha256: self.sha256.clone(),
            inputs: Inputs::Reals(Array2::zeros((0, 0))),
            row_shape: self.row_shape.clone(),
            targets: self.targets.clone(),
            own_validation: self.own_validation,
            own_test: self.own_test,
            sample_weight: self.sample_weight.clone(),
            groups: self.groups.clone(),
            lengths: self.lengths.clone(),
            feature_names: self.feature_names.clone(),
            target_names: self.target_names.clone(),
            unused: self.unused.clone(),
            prepared: self.prepared.clone(),
        }
    }

    fn from_part(part: Part) -> Self {
        Self {
            name: String::new(),
            path: None,
            sha256: None,
            inputs: part.inputs,
            row_shape: part.row_shape,
            targets: part.targets,
            own_validation: None,
            own_test: None,
            sample_weight: None,
            groups: None,
            lengths: None,
            feature_names: None,
            target_names: None,
            unused: None,
            prepared: None,
        }
    }
}
