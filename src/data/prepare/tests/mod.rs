//! Tests of recognition, fitting and application together.

mod application;
mod inputs;
mod kinds;
mod preparations;
mod refusals;
mod roles;
mod table;
mod targets;

use super::{Asked, AskedKind, Recognised, recognise};
use crate::data::frame::Frame;

/// Asks for targets, and for kinds of columns.
fn asked(targets: &[&str], kinds: &[(&str, AskedKind)]) -> Asked {
    Asked {
        targets: targets.iter().map(ToString::to_string).collect(),
        kinds: kinds.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        ..Asked::default()
    }
}

/// What is found where y is the target.
fn found<'f>(frame: &'f Frame, kinds: &[(&str, AskedKind)]) -> Recognised<'f> {
    recognise(frame, &asked(&["y"], kinds)).unwrap()
}

/// The words of a refusal where y is the target.
fn refusal(frame: &Frame, kinds: &[(&str, AskedKind)]) -> String {
    recognise(frame, &asked(&["y"], kinds)).unwrap_err().to_string()
}

/// The kind of a column in a table whose other columns are y and a number z, and what is done.
fn kind_of(name: &str, cells: Vec<String>) -> (String, String) {
    let frame = with_target(name, cells);
    let decision = found(&frame, &[]).decisions.swap_remove(1);
    (decision.kind, decision.done)
}

/// A table of numbers z, of the given column, and of a target y.
fn with_target(name: &str, cells: Vec<String>) -> Frame {
    let rows = cells.len();
    let z = table::made(rows, |row| (row * row) as f64 / 8.0);
    let y = table::made(rows, |row| if row % 2 == 0 { 0.25 } else { row as f64 });
    table::frame_of(&[("z", z), (name, cells), ("y", y)])
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}
