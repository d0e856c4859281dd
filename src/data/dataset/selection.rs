//! Which arrays of an archive are its inputs and targets.

use crate::data::npz::{Archive, ArrayInfo};
use crate::error::{Error, Result};
use crate::text::shown;

/// Names of inputs and targets, in the order of preference.
const PAIRS: [[&str; 2]; 4] = [["X", "y"], ["data", "target"], ["x", "labels"], ["x", "y"]];

/// The endings of a part's names, after `X` and `y` of either case; training comes before every pair.
const TRAIN: [&str; 1] = ["_train"];
pub(super) const VALIDATION: [&str; 3] = ["_val", "_valid", "_validation"];
const TEST: [&str; 1] = ["_test"];

/// Arrays that are listed in a refusal.
const LISTED: usize = 12;

/// The names of the inputs and the targets of a part.
pub(super) struct Pair {
    pub x: String,
    pub y: String,
}

/// The arrays to read.
pub(super) struct Selection {
    /// All rows, or the training rows of an archive with a split of its own.
    pub train: Pair,
    pub validation: Option<Pair>,
    pub test: Option<Pair>,
}

/// Chooses the arrays to read; test rows alone will do where `test_will_do`.
pub(super) fn select(archive: &mut Archive, test_will_do: bool) -> Result<Selection> {
    let [train, validation, test] =
        [&TRAIN[..], &VALIDATION, &TEST].map(|endings| part(archive, endings));
    if let [Some(here), None] | [None, Some(here)] = &validation {
        return Err(Error::input(format!(
            "found {} alone; validation rows need inputs and targets, X_val and y_val: save both, or neither",
            shown(here)
        )));
    }
    let [train, validation, test] = [train, validation, test].map(complete);
    let has_parts = validation.is_some() || test.is_some();
    let train = match (train.filter(|_| has_parts).or_else(|| whole(archive)), test) {
        (Some(train), test) => return Ok(Selection { train, validation, test }),
        (None, Some(test)) if test_will_do => test,
        _ => return Err(nothing_complete(archive)),
    };
    Ok(Selection { train, validation: None, test: None })
}

/// The names of a part's inputs and targets that the archive has: of the first ending that has both, else of
/// the first that has one.
fn part(archive: &Archive, endings: &[&str]) -> [Option<String>; 2] {
    let mut parts = vec![];
    for end in endings {
        parts.push([["X", "x"], ["y", "Y"]].map(|stems| {
            stems.map(|stem| format!("{stem}{end}")).into_iter().find(|name| archive.has(name))
        }));
    }
    let both = parts.iter().find(|names| names.iter().all(Option::is_some));
    let any = parts.iter().find(|names| names.iter().any(Option::is_some));
    both.or(any).cloned().unwrap_or_default()
}

fn complete(names: [Option<String>; 2]) -> Option<Pair> {
    let [x, y] = names;
    Some(Pair { x: x?, y: y? })
}

/// The first pair that is complete.
fn whole(archive: &Archive) -> Option<Pair> {
    let [x, y] = PAIRS.into_iter().find(|pair| pair.iter().all(|name| archive.has(name)))?;
    Some(Pair { x: x.into(), y: y.into() })
}

/// Says what is there, what is missing, and what is allowed.
fn nothing_complete(archive: &mut Archive) -> Error {
    // Each array by the name that it has, else by its usual name.
    let [train, test] = [TRAIN, TEST].map(|endings| {
        let [x, y] = part(archive, &endings);
        [x.unwrap_or(format!("X{}", endings[0])), y.unwrap_or(format!("y{}", endings[0]))]
    });
    let split = [train, test].concat();
    let half = std::iter::once(split)
        .chain(PAIRS.iter().map(|pair| pair.map(String::from).to_vec()))
        .find(|names| names.iter().any(|name| archive.has(name)));
    let missing = match half {
        Some(names) => {
            let (here, missing): (Vec<String>, Vec<String>) =
                names.into_iter().partition(|name| archive.has(name));
            format!("found {} but not {}", here.join(" and "), missing.join(" and "))
        }
        None => "found no inputs and targets".into(),
    };
    Error::input(format!(
        "{missing}; the archive holds {}; accepted names are X and y, data and target, x and labels, \
         or X_train, y_train, X_test and y_test, with X_val and y_val for validation rows: save them with \
         np.savez_compressed('name.npz', X=X, y=y)",
        contents(&archive.list())
    ))
}

/// The first arrays in words.
fn contents(arrays: &[ArrayInfo]) -> String {
    if arrays.is_empty() {
        return "no arrays".into();
    }
    let first = in_words(&arrays[..arrays.len().min(LISTED)]);
    match arrays.len() - arrays.len().min(LISTED) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

/// The arrays in words: `a (float32, 150 x 4), b (int64, 150)`.
pub(super) fn in_words(arrays: &[ArrayInfo]) -> String {
    let mut words = vec![];
    for array in arrays {
        let shape: Vec<String> = array.shape.iter().map(usize::to_string).collect();
        let shape = if shape.is_empty() { "scalar".into() } else { shape.join(" x ") };
        words.push(format!("{} ({}, {shape})", shown(&array.name), array.dtype));
    }
    words.join(", ")
}
