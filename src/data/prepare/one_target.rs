//! One target column: classes or values.

use std::collections::BTreeSet;

use super::asked::{AskedKind, AskedTask};
use super::cell_names::quoted;
use super::counts::{bits, is_whole};
use super::kind::Kind;
use super::target::{TargetColumn, TargetKind, integers, is_regression, reals, unique};
use super::typed::Values;
use crate::data::targets::Targets;
use crate::error::Result;

/// Whole numbers that differ more than this are values unless classes are asked for.
const MOST_CLASSES: usize = 20;

type Found = (Targets, TargetKind, Option<String>);

pub(super) fn one(target: &TargetColumn, task: Option<AskedTask>) -> Result<Found> {
    match (&target.values, &target.kind) {
        (Values::Names { codes, names }, _) => named(target, codes, names, task),
        (Values::Numbers(numbers), _) if is_regression(task) => {
            Ok((reals(&[numbers]), TargetKind::Values, None))
        }
        (Values::Numbers(numbers), Kind::Boolean(Some(words))) => {
            let names = Some(words.to_vec());
            Ok((integers(&[numbers]), TargetKind::Classes { names, count: 2 }, None))
        }
        (Values::Numbers(numbers), _) => numeric(target, numbers, task),
    }
}

/// Classes named by texts, in the order of their names.
fn named(
    target: &TargetColumn,
    codes: &[u32],
    names: &[String],
    task: Option<AskedTask>,
) -> Result<Found> {
    let column = &target.column;
    if is_regression(task) {
        let first = codes.first().and_then(|code| names.get(*code as usize - 1));
        return Err(column.wrong(format!(
            "the target holds names ({}), which can't be values; leave --task regression out to learn them as \
             classes, or name a column of numbers",
            quoted(first.map_or("", String::as_str))
        )));
    }
    if 2 * names.len() > codes.len() {
        return Err(unique(column));
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut labels = vec![0.0; names.len()];
    for (label, name) in order.iter().enumerate() {
        labels[*name] = label as f64;
    }
    let targets: Vec<f64> = codes.iter().map(|code| labels[*code as usize - 1]).collect();
    let names: Vec<String> = order.into_iter().map(|name| names[name].clone()).collect();
    let count = names.len();
    Ok((integers(&[&targets]), TargetKind::Classes { names: Some(names), count }, None))
}

/// Numbers: classes where they are whole and few, or asked for.
fn numeric(target: &TargetColumn, numbers: &[f64], task: Option<AskedTask>) -> Result<Found> {
    let column = &target.column;
    let are_asked = task == Some(AskedTask::Classification);
    if let Some(row) = numbers.iter().position(|number| !is_whole(*number)) {
        if are_asked {
            return Err(column.refused(
                row,
                &format!(
                    "is no whole number, as classes are; leave --task classification out to learn values, or name the \
                     classes by their numbers with {}",
                    column.option(AskedKind::Category)
                ),
            ));
        }
        return Ok((reals(&[numbers]), TargetKind::Values, None));
    }
    let mut different: BTreeSet<u64> = BTreeSet::new();
    for number in numbers {
        different.insert(bits(*number));
        if !are_asked && different.len() > MOST_CLASSES {
            return Ok((reals(&[numbers]), TargetKind::Values, None));
        }
    }
    let count = different.len();
    let note = (!are_asked).then(|| {
        format!(
            "the target {:?} has {count} different whole numbers, which are learned as classes; --task regression \
             learns them as values",
            column.name
        )
    });
    Ok((integers(&[numbers]), TargetKind::Classes { names: None, count }, note))
}
