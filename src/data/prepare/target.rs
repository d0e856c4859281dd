//! The targets of a table: classes, labels or values.

use ndarray::Array2;

use super::asked::{Asked, AskedKind, AskedTask};
use super::column::Column;
use super::input_column::values_of;
use super::kind::Kind;
use super::recognise::{asked_kind, kind_of, only_value, refuse_infinite};
use super::special::refuse_gaps;
use super::typed::Values;
use crate::data::targets::Targets;
use crate::error::{Error, Result};

/// What targets are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetKind {
    /// One column of classes; the labels are those of the targets.
    Classes {
        /// The name of each label 0, 1, ...; None where labels are the numbers of the column.
        names: Option<Vec<String>>,
        /// How many classes there are.
        count: usize,
    },
    /// Several columns of 0 and 1.
    Labels,
    /// Values.
    Values,
}

/// The targets of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetsFound {
    /// The targets of all rows.
    pub targets: Targets,
    /// What they are.
    pub kind: TargetKind,
    /// The name of each target column.
    pub names: Vec<String>,
    /// What a user may want to know about the choice.
    pub note: Option<String>,
}

/// A target column as what its cells are.
pub(super) struct TargetColumn<'a> {
    pub column: Column<'a>,
    pub kind: Kind,
    pub values: Values<'a>,
}

impl TargetColumn<'_> {
    /// The values, if they are numbers.
    pub fn numbers(&self) -> Result<&[f64]> {
        match &self.values {
            Values::Numbers(numbers) => Ok(numbers),
            Values::Names { .. } => Err(self.column.wrong("the target holds texts")),
        }
    }

    /// True for two words, and for 0 and 1.
    pub fn is_boolean(&self) -> bool {
        matches!(self.kind, Kind::Boolean(_))
    }

    /// True for numbers, 0 and 1 among them, and not for two words.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Boolean(None))
    }
}

/// The targets in the given columns, with the kinds that are asked for.
pub(super) fn targets(
    columns: Vec<(Column, Option<AskedKind>)>,
    asked: &Asked,
) -> Result<TargetsFound> {
    let columns: Vec<TargetColumn> =
        columns.into_iter().map(|(column, kind)| target(column, kind)).collect::<Result<_>>()?;
    let names = columns.iter().map(|target| target.column.name.to_owned()).collect();
    let (targets, kind, note) = match &columns[..] {
        [] => return Err(Error::input("no target is named; name the column to learn")),
        [one] => super::one_target::one(one, asked.task)?,
        several => super::several_targets::several(several, asked.task)?,
    };
    Ok(TargetsFound { targets, kind, names, note })
}

/// A target column; refused where rows have none, where all have the same one, and where it is a date.
fn target(column: Column<'_>, asked: Option<AskedKind>) -> Result<TargetColumn<'_>> {
    refuse_gaps(&column, "a target")?;
    if let Some(value) = only_value(&column) {
        return Err(column.wrong(format!(
            "the target is {value} in every row, so there is nothing to learn; name another column"
        )));
    }
    if column.has_too_many {
        return Err(unique(&column));
    }
    refuse_infinite(&column)?;
    let (kind, _) = match asked {
        None => kind_of(&column)?,
        Some(AskedKind::Number | AskedKind::Boolean | AskedKind::Category) if is_date(&column) => {
            return Err(date(&column));
        }
        Some(kind @ (AskedKind::Number | AskedKind::Boolean | AskedKind::Category)) => {
            asked_kind(&column, kind)?
        }
        Some(kind) => {
            return Err(column.wrong(format!(
                "is the target, so it can't be of the kind {}; allowed: number, boolean, category",
                kind.name()
            )));
        }
    };
    if let Kind::Date(_) = kind {
        return Err(date(&column));
    }
    let values = values_of(&column, &kind)?;
    Ok(TargetColumn { column, kind, values })
}

fn is_date(column: &Column) -> bool {
    column.seconds.is_some()
}

fn date(column: &Column) -> Error {
    column.wrong(
        "the target is a date, which can't be learned; allowed: numbers, booleans and texts; a number made from the \
         date, such as the days since another one, can be learned",
    )
}

/// An error about classes that nearly every row has one of its own of.
pub(super) fn unique(column: &Column) -> Error {
    column.wrong(
        "the target differs in more than half of the rows, so there are no classes to learn; name a column whose \
         values occur in several rows each, or numbers",
    )
}

/// The same number in every row as reals, or as integers where they are labels.
pub(super) fn reals(columns: &[&[f64]]) -> Targets {
    let rows = columns.first().map_or(0, |column| column.len());
    Targets::Reals(Array2::from_shape_fn((rows, columns.len()), |(row, at)| columns[at][row]))
}

/// Whole numbers as integers; they are few enough digits to be exact.
pub(super) fn integers(columns: &[&[f64]]) -> Targets {
    let rows = columns.first().map_or(0, |column| column.len());
    let of = |(row, at): (usize, usize)| columns[at][row] as i64;
    Targets::Integers(Array2::from_shape_fn((rows, columns.len()), of))
}

/// True if the task that is asked for is one of values.
pub(super) fn is_regression(task: Option<AskedTask>) -> bool {
    task == Some(AskedTask::Regression)
}
