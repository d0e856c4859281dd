//! Several target columns: values, or labels that are 0 or 1 each.

use super::asked::AskedTask;
use super::target::{TargetColumn, TargetKind, integers, is_regression, reals};
use crate::data::targets::Targets;
use crate::error::{Error, Result};

pub(super) fn several(
    targets: &[TargetColumn],
    task: Option<AskedTask>,
) -> Result<(Targets, TargetKind, Option<String>)> {
    if let Some(other) = targets.iter().find(|target| !target.is_boolean() && !target.is_number()) {
        return Err(other.column.wrong(
            "is one of several targets and holds names; allowed: numbers in all of them, or two words or 0 and 1 in \
             all of them; name it as the only target to learn its classes",
        ));
    }
    let columns: Vec<&[f64]> = targets.iter().map(TargetColumn::numbers).collect::<Result<_>>()?;
    let are_booleans = targets.iter().all(TargetColumn::is_boolean);
    if are_booleans && !is_regression(task) {
        return Ok((integers(&columns), TargetKind::Labels, None));
    }
    if task == Some(AskedTask::Classification) {
        let other = targets.iter().find(|target| !target.is_boolean()).unwrap_or(&targets[0]);
        return Err(other.column.wrong(
            "is one of several targets of a classification, so it is a label; allowed: two words, or 0 and 1; name \
             it as the only target to learn its classes",
        ));
    }
    if are_booleans || targets.iter().all(TargetColumn::is_number) {
        return Ok((reals(&columns), TargetKind::Values, None));
    }
    Err(mixed(targets))
}

fn mixed(targets: &[TargetColumn]) -> Error {
    let name = |is_wanted: fn(&TargetColumn) -> bool| {
        let wanted = targets.iter().find(|target| is_wanted(target));
        wanted.map_or("", |target| target.column.name).to_owned()
    };
    Error::input(format!(
        "the targets are of two sorts: {:?} holds numbers, {:?} holds words; allowed: numbers in all of them, or two \
         words or 0 and 1 in all of them",
        name(|target| !target.is_boolean()),
        name(|target| !target.is_number()),
    ))
}
