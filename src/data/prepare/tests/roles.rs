//! Copies of the target, weights, groups, and what is left.

use super::table::{frame, frame_of, made};
use super::{asked, found, refusal, texts, with_target};
use crate::data::prepare::{AskedKind, recognise};

#[test]
fn a_copy_of_the_classes_is_left_out_unless_it_is_asked_for() {
    let text = "survived,alive,x\n0,no,1.5\n1,yes,2\n0,no,2\n1,yes,7\n";
    let frame = frame(text);
    let of = |kinds: &[(&str, AskedKind)]| recognise(&frame, &asked(&["survived"], kinds)).unwrap();
    let found = of(&[]);
    assert_eq!(found.decisions[1].done, "left out: copy of the target");
    assert!(found.notes[1].contains("--column alive=category keeps it"), "{:?}", found.notes);
    assert_eq!(found.inputs.len(), 1);
    assert_eq!(of(&[("alive", AskedKind::Boolean)]).inputs.len(), 2);
}

#[test]
fn a_category_that_determines_the_classes_is_kept_with_a_warning() {
    let town = made(30, |row| ["a", "b", "c"][row % 3]);
    let y = made(30, |row| if row % 3 == 0 { "in" } else { "out" });
    let frame = frame_of(&[("town", town), ("y", y)]);
    let found = found(&frame, &[]);
    assert_eq!(found.inputs.len(), 1);
    assert!(found.warnings[0].contains("each of its 3 categories"), "{:?}", found.warnings);
    assert!(found.warnings[0].contains("--column town=drop"));
}

#[test]
fn weights_are_numbers_of_every_row_and_not_negative() {
    let kinds = [("x", AskedKind::Weight)];
    let weighted = |cells: &[&str]| with_target("x", texts(cells));
    let frame = weighted(&["1", "0", "2.5"]);
    let all = found(&frame, &kinds);
    assert_eq!(all.weights, Some(vec![1.0, 0.0, 2.5]));
    assert_eq!((all.inputs.len(), all.decisions[1].kind.as_str()), (1, "weight"));
    for (cells, expected) in [
        (&["1", "", "2"], "1 row without a weight, the first in line 3"),
        (&["1", "-1", "2"], "line 3, column \"x\": -1 is a negative weight"),
        (&["0", "0", "0"], "every weight is zero"),
        (&["1", "a", "2"], "line 3, column \"x\": \"a\" is no number"),
        (&["1", "inf", "2"], "line 3, column \"x\": inf is no number"),
    ] {
        let message = refusal(&weighted(cells), &kinds);
        assert!(message.contains(expected), "{message}");
    }
    let twice = [("x", AskedKind::Weight), ("z", AskedKind::Weight)];
    let message = refusal(&weighted(&["1", "2", "3"]), &twice);
    assert!(message.contains("a second column of weights"), "{message}");
}

#[test]
fn groups_are_numbered_in_order_and_have_no_gaps() {
    let kinds = [("x", AskedKind::Group)];
    let of = |cells: &[&str]| with_target("x", texts(cells));
    let frame = of(&["b", "7", "b", "a", "7.0"]);
    let all = found(&frame, &kinds);
    assert_eq!(all.groups, Some(vec![0, 1, 0, 2, 1]));
    assert_eq!(all.decisions[1].done, "3 groups, never apart in a split");
    let message = refusal(&of(&["b", "", ""]), &kinds);
    assert!(message.contains("2 rows without a group, the first in line 3"), "{message}");
}

#[test]
fn a_table_without_inputs_is_refused() {
    let message = refusal(&frame("y\n1\n2\n"), &[]);
    assert!(message.contains("has no column besides the target"), "{message}");
    let message = refusal(&frame("c,y\n1,1\n1,2\n"), &[]);
    assert!(
        message.contains("no column is left as an input: \"c\" (left out: is 1 in"),
        "{message}"
    );
    assert!(message.contains("--column c=category"), "{message}");
    assert!(refusal(&frame("c,y\n"), &[]).contains("has no rows"));
}

#[test]
fn one_column_has_one_kind() {
    let kinds = [("x", AskedKind::Drop), ("x", AskedKind::Number)];
    let message = refusal(&frame("x,y\n1,1\n2,2\n"), &kinds);
    assert!(message.contains("is asked to be drop and number"), "{message}");
}
