//! The columns that become inputs.

use super::asked::AskedKind;
use super::cell_names::cell_shown;
use super::column::Column;
use super::kind::Kind;
use super::recognise::{Found, asked_kind, found};
use super::typed::{Values, typed};
use crate::data::frame::Cell;
use crate::error::{Error, Result};

/// A column that becomes inputs, with its values in all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct InputColumn<'f> {
    /// Its index in the file.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// How its cells are read.
    pub kind: Kind,
    /// Its values.
    pub values: Values<'f>,
}

/// What a column becomes.
pub(super) enum Taken<'f> {
    /// An input, with a remark on how it is read.
    Input(InputColumn<'f>, Option<String>),
    /// Left out: what the kind is called, and why.
    LeftOut { kind: &'static str, why: String },
}

/// A column as an input of the kind that is asked for, or of the one its cells tell; or left out.
pub(super) fn take<'f>(column: &Column<'f>, asked: Option<AskedKind>) -> Result<Taken<'f>> {
    let (kind, remark) = match asked {
        Some(AskedKind::Drop) => return Ok(left_out("dropped", "as asked")),
        Some(AskedKind::Index) => return Ok(left_out("index", "as asked")),
        Some(asked) => asked_kind(column, asked)?,
        None => match found(column)? {
            Found::Input(kind, remark) => (kind, remark),
            Found::LeftOut { kind, why } => return Ok(Taken::LeftOut { kind, why }),
        },
    };
    let values = values_of(column, &kind)?;
    let (index, name) = (column.index, column.name.to_owned());
    Ok(Taken::Input(InputColumn { index, name, kind, values }, remark))
}

fn left_out(kind: &'static str, why: &str) -> Taken<'static> {
    Taken::LeftOut { kind, why: why.to_owned() }
}

/// The values of a column as those of a kind; the first cell that is none is refused.
pub(super) fn values_of<'f>(column: &Column<'f>, kind: &Kind) -> Result<Values<'f>> {
    typed(kind, column.cells, column.seconds.is_some()).map_err(|row| stranger(column, kind, row))
}

fn stranger(column: &Column, kind: &Kind, row: usize) -> Error {
    let cell = column.cells.cell(row);
    let gap = match cell {
        Cell::Text(_) => format!("; if it stands for a gap, add --na {}", cell_shown(cell)),
        Cell::Number(_) | Cell::Gap => String::new(),
    };
    let what = format!("is no {}; allowed: {}{gap}", kind.name(), kind.takes());
    column.refused(row, &what)
}
