//! The columns of a table that a user names.

use std::collections::HashMap;

use super::asked::{Asked, AskedKind};
use super::column::Column;
use super::counts::Counts;
use crate::data::frame::{Frame, column_of};
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;
use crate::text::first_listed;

/// The most columns that a message lists.
pub(super) const MOST_LISTED: usize = 12;

/// A column of a table, with what is asked of it; its cells are counted.
pub(super) fn column<'a>(frame: &'a Frame, asked: &Asked, index: usize) -> Column<'a> {
    let seconds = asked.seconds.iter().find(|(column, _)| *column == index).map(|(_, form)| *form);
    Column {
        frame,
        index,
        name: &frame.names[index],
        cells: &frame.columns[index],
        counts: Counts::of(&frame.columns[index]),
        seconds,
        has_too_many: asked.too_many.contains(&index) && seconds.is_none(),
    }
}

/// The indices of the target columns.
pub(super) fn target_columns(frame: &Frame, asked: &Asked) -> Result<Vec<usize>> {
    let mut columns = vec![];
    for name in &asked.targets {
        let index = index_of(frame, name)?;
        if columns.contains(&index) {
            return Err(Error::input(format!("the target {name:?} is named twice; name it once")));
        }
        columns.push(index);
    }
    Ok(columns)
}

/// The kinds that are asked for, by index of the column.
pub(super) fn asked_kinds(frame: &Frame, asked: &Asked) -> Result<HashMap<usize, AskedKind>> {
    let mut kinds = HashMap::new();
    for (name, kind) in &asked.kinds {
        let before = kinds.insert(index_of(frame, name)?, *kind);
        if let Some(before) = before.filter(|before| before != kind) {
            return Err(Error::input(format!(
                "the column {name:?} is asked to be {} and {}; give one kind",
                before.name(),
                kind.name()
            )));
        }
    }
    Ok(kinds)
}

/// The index of the column of a name; blanks around names don't count.
fn index_of(frame: &Frame, name: &str) -> Result<usize> {
    column_of(&frame.names, name).ok_or_else(|| {
        let names = || frame.names.iter().map(String::as_str);
        let list = first_listed(&frame.names);
        Error::input(format!(
            "has no column {name:?}{}; its columns: {list}",
            did_you_mean(name, names())
        ))
    })
}
