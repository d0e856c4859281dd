//! One weight per row, under one of the names that people give such an array.

use super::checks;
use super::selection::VALIDATION;
use crate::data::npz::Archive;
use crate::error::{Error, Result};

/// Names of an array of weights, of all rows, or of a part with the part's ending.
pub(in crate::rooms::data) const NAMES: [&str; 4] =
    ["sample_weight", "sample_weights", "weight", "weights"];

/// Reads the weights of the rows of training, validation and test, one after the other; adds the names of
/// the arrays to `used`. Where only some parts have weights, the rows of the others weigh 1.
pub(super) fn read(
    archive: &mut Archive,
    rows: [usize; 3],
    used: &mut Vec<String>,
) -> Result<Option<Vec<f64>>> {
    let whole = one(archive, &[""], rows.iter().sum(), used)?;
    let endings = [&["_train"][..], &VALIDATION, &["_test"]];
    let mut parts = [const { None }; 3];
    for ((part, endings), rows) in parts.iter_mut().zip(endings).zip(rows) {
        if rows > 0 {
            *part = one(archive, endings, rows, used)?;
        }
    }
    let Some((name, whole)) = whole else {
        if parts.iter().all(Option::is_none) {
            return Ok(None);
        }
        let mut joined = vec![];
        for (part, rows) in parts.into_iter().zip(rows) {
            joined.extend(part.map_or_else(|| vec![1.0; rows], |(_, weights)| weights));
        }
        return Ok(Some(joined));
    };
    let mut first = 0;
    for (part, rows) in parts.iter().zip(rows) {
        if let Some((other, weights)) = part
            && *weights != whole[first..first + rows]
        {
            return Err(contradict(&name, other));
        }
        first += rows;
    }
    Ok(Some(whole))
}

/// The array of weights with one of these endings, and its name. Several such arrays have to be the same.
fn one(
    archive: &mut Archive,
    endings: &[&str],
    rows: usize,
    used: &mut Vec<String>,
) -> Result<Option<(String, Vec<f64>)>> {
    let mut found: Option<(String, Vec<f64>)> = None;
    for name in NAMES.iter().flat_map(|name| endings.iter().map(move |end| format!("{name}{end}")))
    {
        if !archive.has(&name) {
            continue;
        }
        let weights = checks::weights(&name, archive.numbers(&name)?.into_reals(), rows)?;
        used.push(name.clone());
        match &found {
            Some((first, known)) if *known != weights => return Err(contradict(first, &name)),
            Some(_) => {}
            None => found = Some((name, weights)),
        }
    }
    Ok(found)
}

fn contradict(one: &str, other: &str) -> Error {
    Error::input(format!(
        "arrays {one} and {other} both hold weights of rows, and they differ; save one of them"
    ))
}
