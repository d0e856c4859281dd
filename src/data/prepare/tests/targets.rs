//! What targets are taken as.

use ndarray::array;

use super::table::{frame, frame_of, made};
use super::{asked, texts};
use crate::data::prepare::target::TargetsFound;
use crate::data::prepare::{Asked, AskedKind, AskedTask, TargetKind, recognise};
use crate::data::targets::Targets;
use crate::error::Result;

fn one(y: &[&str], task: Option<AskedTask>) -> Result<TargetsFound> {
    all(y, task, &[])
}

fn all(y: &[&str], task: Option<AskedTask>, kinds: &[(&str, AskedKind)]) -> Result<TargetsFound> {
    let x = made(y.len(), |row| (row * row) as f64 / 4.0);
    let frame = frame_of(&[("x", x), ("y", texts(y))]);
    recognise(&frame, &Asked { task, ..asked(&["y"], kinds) }).map(|found| found.targets)
}

fn words(y: &[&str], task: Option<AskedTask>) -> String {
    one(y, task).unwrap_err().to_string()
}

fn classes(names: &[&str]) -> TargetKind {
    TargetKind::Classes { names: Some(texts(names)), count: names.len() }
}

const REGRESSION: Option<AskedTask> = Some(AskedTask::Regression);
const CLASSIFICATION: Option<AskedTask> = Some(AskedTask::Classification);

#[test]
fn texts_are_classes_by_name() {
    let found = one(&["b", "a", "b", "a", "c", "b"], None).unwrap();
    assert_eq!(found.targets, Targets::Integers(array![[1], [0], [1], [0], [2], [1]]));
    assert_eq!(found.kind, classes(&["a", "b", "c"]));
    assert_eq!((found.names, found.note), (texts(&["y"]), None));
}

#[test]
fn booleans_are_two_classes_by_their_own_words() {
    let found = one(&["Yes", "no", "yes"], CLASSIFICATION).unwrap();
    assert_eq!(found.targets, Targets::Integers(array![[1], [0], [1]]));
    assert_eq!(found.kind, classes(&["no", "Yes"]));
    let values = one(&["True", "False"], REGRESSION).unwrap();
    assert_eq!(values.targets, Targets::Reals(array![[1.0], [0.0]]));
}

#[test]
fn few_whole_numbers_are_classes_with_a_note_and_others_values() {
    let found = one(&["7", "3", "7", "3"], None).unwrap();
    assert_eq!(found.targets, Targets::Integers(array![[7], [3], [7], [3]]));
    assert_eq!(found.kind, TargetKind::Classes { names: None, count: 2 });
    assert!(found.note.unwrap().contains("--task regression learns them as values"));
    assert_eq!(one(&["0.5", "3", "7"], None).unwrap().kind, TargetKind::Values);
    assert_eq!(one(&["7", "3"], REGRESSION).unwrap().targets, Targets::Reals(array![[7.0], [3.0]]));
    let many = made(21, |row| row);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(one(&many, None).unwrap().kind, TargetKind::Values);
    assert_eq!(
        one(&many, CLASSIFICATION).unwrap().kind,
        TargetKind::Classes { names: None, count: 21 }
    );
}

#[test]
fn a_category_asked_for_makes_classes_of_any_numbers() {
    let kinds = [("y", AskedKind::Category)];
    let found = all(&["0.5", "1.5", "0.5", "1.5"], None, &kinds).unwrap();
    assert_eq!(found.kind, classes(&["0.5", "1.5"]));
    let message = all(&["1", "2", "1"], None, &[("y", AskedKind::Drop)]).unwrap_err().to_string();
    assert!(message.contains("is the target, so it can't be of the kind drop"), "{message}");
}

#[test]
fn targets_that_can_not_be_learned_are_refused() {
    for (y, task, expected) in [
        (
            &["1", "", "2", ""][..],
            None,
            "column \"y\": 2 rows without a target, the first in line 3",
        ),
        (&["a", "a"], None, "column \"y\": the target is \"a\" in every row"),
        (&["1", "1"], None, "column \"y\": the target is 1 in every row"),
        (&["a", "b", "c"], None, "the target differs in more than half of the rows"),
        (&["0.5", "1"], CLASSIFICATION, "line 2, column \"y\": 0.5 is no whole number"),
        (&["a", "b", "a", "b"], REGRESSION, "the target holds names (\"a\")"),
        (&["2024-01-01", "2024-01-02"], None, "the target is a date"),
        (&["1", "inf"], None, "line 3, column \"y\": inf is not finite"),
    ] {
        let message = words(y, task);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn an_unknown_target_is_refused_with_the_nearest_name_and_the_columns() {
    let frame = frame("species,a,b\nx,1,2\ny,3,4\n");
    let message = recognise(&frame, &asked(&["speceis"], &[])).unwrap_err().to_string();
    assert_eq!(
        message,
        "has no column \"speceis\"; did you mean species?; its columns: species, a, b"
    );
    assert!(recognise(&frame, &asked(&[], &[])).is_err());
    assert!(recognise(&frame, &asked(&["a", "a"], &[])).is_err());
    let message = recognise(&frame, &asked(&["a"], &[("c", AskedKind::Drop)])).unwrap_err();
    assert!(message.to_string().starts_with("has no column \"c\""));
}

fn two(table: &str, task: Option<AskedTask>) -> Result<TargetsFound> {
    let asked = Asked { task, ..asked(&["p", "q"], &[]) };
    recognise(&frame(table), &asked).map(|found| found.targets)
}

#[test]
fn several_targets_are_values_or_labels() {
    let found = two("p,q,x\n1.5,2,7\n2,0,8.5\n", None).unwrap();
    assert_eq!(found.targets, Targets::Reals(array![[1.5, 2.0], [2.0, 0.0]]));
    assert_eq!((found.kind, found.names), (TargetKind::Values, texts(&["p", "q"])));
    let labels = "p,q,x\nyes,0,7\nno,1,8.5\n";
    let found = two(labels, None).unwrap();
    assert_eq!(found.targets, Targets::Integers(array![[1, 0], [0, 1]]));
    assert_eq!(found.kind, TargetKind::Labels);
    assert_eq!(two(labels, REGRESSION).unwrap().kind, TargetKind::Values);
}

#[test]
fn several_targets_of_two_sorts_or_names_are_refused() {
    let words = |table, task| two(table, task).unwrap_err().to_string();
    let message = words("p,q,x\nyes,2,7\nno,5,8.5\n", None);
    assert!(message.contains("two sorts: \"q\" holds numbers, \"p\" holds words"), "{message}");
    let message = words("p,q,x\na,2,7\nb,5,8.5\n", None);
    assert!(
        message.contains("column \"p\": is one of several targets and holds names"),
        "{message}"
    );
    let message = words("p,q,x\n1,2,7\n0,5,8.5\n", CLASSIFICATION);
    assert!(
        message.contains("column \"q\": is one of several targets of a classification"),
        "{message}"
    );
}
