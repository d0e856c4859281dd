//! A second line of names or units under the first.

use super::overflow::Overflow;
use crate::data::frame::{Cells, Frame};
use crate::error::{Error, Result};
use crate::text::{listed, shown};

/// The columns that a refusal names.
const MOST_NAMES: usize = 3;

/// Refuses rows of which the first holds a text in every column that is all numbers below it.
pub(super) fn refuse_second_header(
    frame: &Frame,
    overflow: &[Option<Overflow>],
    has_header: bool,
) -> Result<()> {
    let Frame { names, columns, lines, .. } = frame;
    let (mut odd, mut texts) = (vec![], vec![]);
    for ((name, cells), overflow) in names.iter().zip(columns).zip(overflow) {
        if overflow.is_some() || !has_numbers_below(cells) {
            continue;
        }
        match cells.codes.first() {
            Some(&code) if code > 0 => {
                odd.push(name);
                texts.extend(cells.texts.first());
            }
            _ => return Ok(()),
        }
    }
    let Some(text) = texts.first() else { return Ok(()) };
    let more = if odd.len() > MOST_NAMES { ", ..." } else { "" };
    let what = if has_header {
        "a second header line? remove it"
    } else {
        "a header? say so with --header yes"
    };
    Err(Error::input(format!(
        "{} holds text ({}) where the lines below hold numbers (column {}{more}): {what}",
        lines.place(0),
        shown(text),
        listed(odd.into_iter().take(MOST_NAMES)),
    )))
}

/// True for two numbers or more and no text in all rows but the first.
fn has_numbers_below(cells: &Cells) -> bool {
    let below = cells.numbers.iter().skip(1).filter(|number| !number.is_nan());
    below.take(2).count() == 2 && cells.codes.iter().skip(1).all(|&code| code == 0)
}
