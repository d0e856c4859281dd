//! Which arrays of an archive are its inputs and targets.

use crate::data::npz::{Archive, ArrayInfo};
use crate::error::{Error, Result};

/// Names of inputs and targets, in the order in which they are looked for.
const PAIRS: [[&str; 2]; 3] = [["X", "y"], ["data", "target"], ["x", "labels"]];

/// Names of the arrays of an archive with a split of its own; it comes before every pair.
const SPLIT: [&str; 4] = ["X_train", "y_train", "X_test", "y_test"];

/// Arrays that are listed in a message.
const LISTED: usize = 12;

/// The names of the arrays to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selection {
    /// Inputs and targets of all rows.
    Whole([&'static str; 2]),
    /// Inputs and targets of the training rows, then of the test rows.
    Split([&'static str; 4]),
}

/// Chooses the arrays to read.
pub(super) fn select(archive: &mut Archive) -> Result<Selection> {
    if SPLIT.iter().all(|name| archive.has(name)) {
        return Ok(Selection::Split(SPLIT));
    }
    let complete = PAIRS.iter().find(|pair| pair.iter().all(|name| archive.has(name)));
    complete.map(|pair| Selection::Whole(*pair)).ok_or_else(|| nothing_complete(archive))
}

/// Says what is there, what is missing, and what is allowed.
fn nothing_complete(archive: &mut Archive) -> Error {
    let half = std::iter::once(&SPLIT[..])
        .chain(PAIRS.iter().map(|pair| &pair[..]))
        .find(|names| names.iter().any(|name| archive.has(name)));
    let missing = match half {
        Some(names) => {
            let (here, missing): (Vec<&str>, Vec<&str>) =
                names.iter().partition(|name| archive.has(name));
            format!("found {} but not {}", here.join(" and "), missing.join(" and "))
        }
        None => "found no inputs and targets".into(),
    };
    Error::input(format!(
        "{missing}; the archive holds {}; accepted names are X and y, data and target, x and labels, \
         or X_train, y_train, X_test and y_test: save them with np.savez_compressed('name.npz', X=X, y=y)",
        contents(&archive.list())
    ))
}

/// The arrays in words: `a (float32, 150 x 4), b (int64, 150)`.
fn contents(arrays: &[ArrayInfo]) -> String {
    if arrays.is_empty() {
        return "no arrays".into();
    }
    let describe = |array: &ArrayInfo| {
        let shape: Vec<String> = array.shape.iter().map(usize::to_string).collect();
        let shape = if shape.is_empty() { "scalar".into() } else { shape.join(" x ") };
        format!("{} ({}, {shape})", array.name.escape_debug(), array.dtype)
    };
    let mut words: Vec<String> = arrays.iter().take(LISTED).map(describe).collect();
    if arrays.len() > LISTED {
        words.push(format!("and {} more", arrays.len() - LISTED));
    }
    words.join(", ")
}
