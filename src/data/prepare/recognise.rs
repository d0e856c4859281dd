//! The kind of a column, from its cells.

use super::asked::AskedKind;
use super::booleans::{truth, words_of};
use super::cell_names::{number_name, quoted};
use super::column::Column;
use super::counts::Different;
use super::dates::DateForm;
use super::kind::Kind;
use super::notations::is_number_elsewhere;
use crate::data::frame::Cell;
use crate::error::{Error, Result};

/// Texts say nothing where more than half of them occur once, and more than this many differ.
const MOST_UNIQUE: usize = 20;

/// What a column is found to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// An input; with a remark on how it is read.
    Input(Kind, Option<String>),
    /// Left out: what the kind is called, and why.
    LeftOut { kind: &'static str, why: String },
}

/// What a column is, if nobody asks for a kind.
pub(super) fn found(column: &Column) -> Result<Found> {
    let left_out = |kind, why: &str| Ok(Found::LeftOut { kind, why: why.to_owned() });
    if column.has_too_many {
        return left_out("text", "says nothing (more different texts than are kept)");
    }
    let counts = &column.counts;
    if counts.values() == 0 {
        return left_out("constant", "has no value");
    }
    if let Some(value) = only_value(column) {
        if counts.gaps == 0 {
            return left_out("constant", &format!("is {value} in every row"));
        }
        refuse_infinite(column)?;
        // One value and gaps: whether there is one tells something.
        return Ok(Found::Input(Kind::Category, Some(format!("{value}, or a gap"))));
    }
    if column.seconds.is_none() && is_index(column) {
        return left_out("index", "numbers the rows");
    }
    let (kind, remark) = kind_of(column)?;
    if kind == Kind::Category {
        let different = Different::of(column.cells);
        if 2 * different.singles > counts.values() && different.values > MOST_UNIQUE {
            let why = format!("says nothing ({} different texts)", different.values);
            return left_out("text", &why);
        }
    }
    refuse_infinite(column)?;
    Ok(Found::Input(kind, remark))
}

/// The one value that all cells have, gaps aside, as a text.
pub(super) fn only_value(column: &Column) -> Option<String> {
    let counts = &column.counts;
    match (counts.first_text, counts.numbers) {
        (None, 1..) if counts.range.0 == counts.range.1 => Some(number_name(counts.range.0)),
        (Some(row), 0) => {
            let codes = &column.cells.codes;
            let is_only = codes.iter().all(|code| *code == 0 || *code == codes[row]);
            let Cell::Text(text) = column.cells.cell(row) else { return None };
            is_only.then(|| quoted(text))
        }
        _ => None,
    }
}

pub(super) fn refuse_infinite(column: &Column) -> Result<()> {
    match column.counts.first_infinite {
        Some(row) => Err(column.refused(
            row,
            "is not finite, and a network can't take it; correct it, or leave the cell empty",
        )),
        None => Ok(()),
    }
}

/// True for whole numbers that count the rows, in a place or under a name where tables keep such numbers.
fn is_index(column: &Column) -> bool {
    let counts = &column.counts;
    if counts.texts > 0 || !counts.are_whole {
        return false;
    }
    let is_nameless = column.frame.nameless.contains(&column.index);
    if (is_nameless || column.index == 0) && counts.gaps == 0 {
        let start = counts.range.0;
        let mut numbers = column.cells.numbers.iter().enumerate();
        if (start == 0.0 || start == 1.0)
            && numbers.all(|(row, number)| *number == start + row as f64)
        {
            return true;
        }
    }
    let name = column.name.trim().to_lowercase();
    let is_name = matches!(name.as_str(), "id" | "index" | "rownames") || name.ends_with("_id");
    is_name && Different::of(column.cells).values == counts.values()
}

/// The kind of values, whatever they are good for; with a remark on how they are read.
pub(super) fn kind_of(column: &Column) -> Result<(Kind, Option<String>)> {
    let counts = &column.counts;
    if let Some(form) = column.seconds {
        return Ok((Kind::Date(form), None));
    }
    let texts = || column.cells.texts.iter().map(String::as_str);
    // The words true and false are numbers.
    if counts.texts == 0 || (counts.numbers > 0 && texts().all(|text| truth(text).is_some())) {
        let kind = if counts.are_binary { Kind::Boolean(None) } else { Kind::Number };
        return Ok((kind, None));
    }
    if counts.numbers == 0 {
        if let Some(words) = words_of(texts()) {
            return Ok((Kind::Boolean(Some(words)), None));
        }
        if let Some((form, remark)) = date_form(column) {
            return Ok((Kind::Date(form), remark));
        }
    }
    refuse_notations(column)?;
    refuse_strangers(column)?;
    Ok((Kind::Category, None))
}

/// The form of dates, with a remark where the texts allow two.
fn date_form(column: &Column) -> Option<(DateForm, Option<String>)> {
    let forms = DateForm::of_texts(column.cells.texts.iter().map(String::as_str));
    let form = *forms.first()?;
    let remark = (forms.len() > 1).then(|| {
        format!("read as {}; every date may as well be {}", form.pattern(), forms[1].pattern())
    });
    Some((form, remark))
}

/// Refuses texts that are all numbers with other marks, such as 1,5 among 1.5.
fn refuse_notations(column: &Column) -> Result<()> {
    let Some(text) = column.counts.first_text else { return Ok(()) };
    if !column.cells.texts.iter().all(|text| is_number_elsewhere(text)) {
        return Ok(());
    }
    let number = (0..column.cells.len())
        .find(|&row| matches!(column.cells.cell(row), Cell::Number(_)))
        .map(|row| (column.frame.lines.place(row), column.cells.cell(row)));
    let what = match number {
        Some((place, Cell::Number(number))) => format!(
            "is a number in another notation than {} in {place}; write all numbers the same way, or read the \
             column as categories with {}",
            number_name(number),
            column.option(AskedKind::Category)
        ),
        _ => format!(
            "is a number in another notation than the file's; write it with one mark before the decimals and none \
             between thousands, or read the column as categories with {}",
            column.option(AskedKind::Category)
        ),
    };
    Err(column.refused(text, &what))
}

/// Refuses a few texts among many numbers: they stand for gaps, or are slips.
fn refuse_strangers(column: &Column) -> Result<()> {
    let counts = &column.counts;
    let Some(row) = counts.first_text else { return Ok(()) };
    if 10 * counts.numbers <= 9 * counts.values() {
        return Ok(());
    }
    let Cell::Text(text) = column.cells.cell(row) else { return Ok(()) };
    let what = format!(
        "is no number, as {} of {} other cells are; if it stands for a gap, add --na {}; if the numbers \
         are names, add {}",
        counts.numbers,
        counts.values() - 1,
        quoted(text),
        column.option(AskedKind::Category)
    );
    Err(column.refused(row, &what))
}

/// The kind of an input that a user asks for: refused where a cell is none of it.
pub(super) fn asked_kind(column: &Column, asked: AskedKind) -> Result<(Kind, Option<String>)> {
    let counts = &column.counts;
    if column.has_too_many {
        return Err(column.wrong(format!(
            "more different texts than are kept, so it can't be a {}; leave it out with {}",
            asked.name(),
            column.option(AskedKind::Drop)
        )));
    }
    refuse_infinite(column)?;
    let texts = || column.cells.texts.iter().map(String::as_str);
    match asked {
        AskedKind::Number => Ok((Kind::Number, None)),
        AskedKind::Category => Ok((Kind::Category, None)),
        AskedKind::Boolean if counts.numbers == 0 && counts.texts > 0 => {
            let words = words_of(texts()).ok_or_else(|| no_boolean(column))?;
            Ok((Kind::Boolean(Some(words)), None))
        }
        AskedKind::Boolean => Ok((Kind::Boolean(None), None)),
        AskedKind::Date => match column.seconds {
            Some(form) => Ok((Kind::Date(form), None)),
            None => asked_date(column),
        },
        AskedKind::Index | AskedKind::Weight | AskedKind::Group | AskedKind::Drop => {
            Err(column.wrong(format!("{} is no kind of an input", asked.name())))
        }
    }
}

fn asked_date(column: &Column) -> Result<(Kind, Option<String>)> {
    if column.counts.values() == 0 {
        return Ok((Kind::Date(DateForm::Iso), None));
    }
    if let Some((form, remark)) = date_form(column).filter(|_| column.counts.numbers == 0) {
        return Ok((Kind::Date(form), remark));
    }
    // The first cell that doesn't go with those before it.
    let cells = (0..column.cells.len()).map(|row| (row, column.cells.cell(row)));
    let mut texts = vec![];
    let row = cells.filter(|(_, cell)| *cell != Cell::Gap).find_map(|(row, cell)| {
        let Cell::Text(text) = cell else { return Some(row) };
        texts.push(text);
        DateForm::of_texts(texts.iter().copied()).is_empty().then_some(row)
    });
    let what = "is no date, or none of the same form as those before it; allowed: one of yyyy-mm-dd, d.m.yyyy, \
                m/d/yyyy, d/m/yyyy and yyyy/m/d in the whole column, perhaps with a time";
    Err(row.map_or_else(|| column.wrong(what), |row| column.refused(row, what)))
}

fn no_boolean(column: &Column) -> Error {
    let what = "goes with no boolean; allowed: one pair of true/false, yes/no, t/f, y/n in the whole column, or 0 and \
                1; two other words are a category";
    let is_other = |row: &usize| match column.cells.cell(*row) {
        Cell::Text(text) => words_of([text]).is_none(),
        Cell::Number(_) | Cell::Gap => false,
    };
    let row = (0..column.cells.len()).find(is_other).or(column.counts.first_text);
    row.map_or_else(|| column.wrong(what), |row| column.refused(row, what))
}
