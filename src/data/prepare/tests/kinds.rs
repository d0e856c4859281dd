//! Which kind a column is recognised as.

use super::table::{frame, made};
use super::{found, kind_of, refusal, texts, with_target};
use crate::data::prepare::kind::Kind;
use crate::data::prepare::{Asked, AskedKind, DateForm, recognise};

fn kind(cells: &[&str]) -> String {
    kind_of("x", texts(cells)).0
}

#[test]
fn a_column_with_one_value_or_none_is_constant() {
    assert_eq!(kind(&["", "NA", "?"]), "constant");
    assert_eq!(kind(&["5", "5.0", "5"]), "constant");
    assert_eq!(kind_of("x", texts(&["b", "b"])).1, "left out: is \"b\" in every row");
    assert_eq!(kind(&["b", "", "b"]), "category");
    assert_eq!(kind(&["5", "", "5"]), "category");
}

#[test]
fn words_of_one_pair_are_booleans() {
    assert_eq!(kind(&["True", "False", "true"]), "boolean");
    assert_eq!(kind(&["yes", "NO", ""]), "boolean");
    assert_eq!(kind(&["t", "f"]), "boolean");
    assert_eq!(kind(&["y", "no", "n"]), "category");
    assert_eq!(kind(&["0", "1", "1"]), "boolean");
    assert_eq!(kind(&["0", "1", "True"]), "boolean");
    assert_eq!(kind(&["0", "2", "True"]), "number");
}

#[test]
fn numbers_that_count_the_rows_are_an_index() {
    let of = |text: &str| found(&frame(text), &[]).decisions[0].kind.clone();
    assert_eq!(of("a,z,y\n0,5,1\n1,7,2\n2,1,2\n"), "index");
    assert_eq!(of("a,z,y\n1,5,1\n2,7,2\n3,1,2\n"), "index");
    assert_eq!(of("a,z,y\n2,5,1\n3,7,2\n4,1,2\n"), "number");
    assert_eq!(of("a,z,y\n1,5,1\n3,7,2\n2,1,2\n"), "number");
    assert_eq!(kind(&["1", "2", "3"]), "number");
    let mut nameless = with_target("1", texts(&["1", "2", "3"]));
    nameless.nameless = vec![1];
    assert_eq!(found(&nameless, &[]).decisions[1].kind, "index");
    for name in ["id", "ID", "Index", "rownames", "row_id", "Customer_ID"] {
        assert_eq!(kind_of(name, texts(&["30", "7", "12"])).0, "index", "{name}");
        assert_eq!(kind_of(name, texts(&["7", "7", "12"])).0, "number", "{name}");
        assert_eq!(kind_of(name, texts(&["7", "7.5", "12"])).0, "number", "{name}");
    }
}

#[test]
fn dates_of_one_form_are_dates_and_an_open_month_is_said() {
    assert_eq!(kind(&["2024-01-31", "2024-02-01T10:00"]), "date");
    assert_eq!(kind(&["31.1.2024", "1.2.2024"]), "date");
    assert_eq!(kind(&["1.1.24", "1.1.24", "2.1.24"]), "category");
    assert_eq!(kind(&["12:30", "12:31", "12:30"]), "category");
    assert_eq!(kind(&["2024-01-31", "1.2.2024", "1.2.2024"]), "category");
    let frame = with_target("x", texts(&["1/2/2024", "3/4/2024"]));
    let found = found(&frame, &[]);
    assert_eq!(found.inputs[1].kind, Kind::Date(DateForm::MonthDaySlashes));
    let remark = "read as m/d/yyyy; every date may as well be d/m/yyyy";
    assert_eq!(found.decisions[1].done, remark);
    assert_eq!(found.notes.last().unwrap(), &format!("the column \"x\" is {remark}"));
}

#[test]
fn texts_that_nearly_all_differ_say_nothing() {
    let (kind, done) = kind_of("x", made(40, |row| format!("name {row}")));
    assert_eq!(
        (kind.as_str(), done.as_str()),
        ("text", "left out: says nothing (40 different texts)")
    );
    // Few texts, and texts that come twice, are categories.
    assert_eq!(kind_of("x", made(20, |row| format!("name {row}"))).0, "category");
    assert_eq!(kind_of("x", made(60, |row| format!("name {}", row / 2))).0, "category");
}

#[test]
fn numbers_among_texts_are_names() {
    let frame = with_target("x", texts(&["1", "1.0", "2.5", "a", "b", "a"]));
    let found = found(&frame, &[]);
    assert_eq!(found.decisions[1].categories, Some(4));
}

#[test]
fn a_few_texts_among_numbers_are_refused() {
    let mut cells = made(30, |row| row * 3 % 7);
    cells[4] = "unknown".into();
    let message = refusal(&with_target("x", cells.clone()), &[]);
    assert!(
        message.starts_with("line 6, column \"x\": \"unknown\" is no number, as 29 of 29"),
        "{message}"
    );
    assert!(message.contains("--na \"unknown\""), "{message}");
    assert!(message.contains("--column x=category"), "{message}");
    let asked = [("x", AskedKind::Category)];
    assert_eq!(found(&with_target("x", cells), &asked).decisions[1].categories, Some(8));
}

#[test]
fn numbers_in_two_notations_are_refused() {
    let message = refusal(&with_target("x", texts(&["1.5", "1,5", "2", "2,25"])), &[]);
    assert!(
        message.starts_with("line 3, column \"x\": \"1,5\" is a number in another notation"),
        "{message}"
    );
    assert!(message.contains("than 1.5 in line 2"), "{message}");
    let message = refusal(&with_target("x", texts(&["1.234,5", "2.000,25"])), &[]);
    assert!(message.contains("in another notation than the file's"), "{message}");
    assert_eq!(kind(&["1,5", "x", "2"]), "category");
}

#[test]
fn what_a_reader_knows_beyond_cells_counts() {
    let frame = with_target("x", texts(&["0", "86400", "172800"]));
    let base = super::asked(&["y"], &[]);
    let asked = Asked { seconds: vec![(1, DateForm::Iso)], ..base.clone() };
    assert_eq!(recognise(&frame, &asked).unwrap().decisions[1].kind, "date");
    let frame = with_target("x", texts(&["a", "b", "a"]));
    let asked = Asked { too_many: vec![1], ..base.clone() };
    assert_eq!(recognise(&frame, &asked).unwrap().decisions[1].kind, "text");
    let kinds = vec![("x".to_owned(), AskedKind::Category)];
    let message = recognise(&frame, &Asked { kinds, ..asked }).unwrap_err().to_string();
    assert!(message.contains("so it can't be a category"), "{message}");
}

#[test]
fn a_kind_asked_for_overrules() {
    let kind = |cells: &[&str], asked: AskedKind| {
        found(&with_target("x", texts(cells)), &[("x", asked)]).decisions[1].kind.clone()
    };
    assert_eq!(kind(&["5", "5"], AskedKind::Number), "number");
    assert_eq!(kind(&["0", "1"], AskedKind::Number), "number");
    assert_eq!(kind(&["3", "1"], AskedKind::Category), "category");
    assert_eq!(kind(&["", ""], AskedKind::Date), "date");
    assert_eq!(kind(&["yes", ""], AskedKind::Boolean), "boolean");
    assert_eq!(kind(&["3", "1"], AskedKind::Index), "index");
    assert_eq!(kind(&["3", "1"], AskedKind::Drop), "dropped");
    let unique = made(50, |row| format!("name {row}"));
    let frame = with_target("x", unique);
    assert_eq!(found(&frame, &[("x", AskedKind::Category)]).inputs.len(), 2);
}

#[test]
fn cells_that_are_not_of_the_kind_asked_for_are_refused_with_their_line() {
    let message = |cells: &[&str], asked: AskedKind| {
        refusal(&with_target("x", texts(cells)), &[("x", asked)])
    };
    let number = message(&["1", "abc"], AskedKind::Number);
    assert!(number.starts_with("line 3, column \"x\": \"abc\" is no number"), "{number}");
    let boolean = message(&["yes", "no", "male"], AskedKind::Boolean);
    assert!(
        boolean.starts_with("line 4, column \"x\": \"male\" goes with no boolean"),
        "{boolean}"
    );
    let boolean = message(&["0", "2"], AskedKind::Boolean);
    assert!(boolean.starts_with("line 3, column \"x\": 2 is no boolean"), "{boolean}");
    let date = message(&["2024-01-01", "1.2.2024"], AskedKind::Date);
    assert!(date.starts_with("line 3, column \"x\": \"1.2.2024\" is no date, or none"), "{date}");
    let date = message(&["2024-01-01", "2024"], AskedKind::Date);
    assert!(date.starts_with("line 3, column \"x\": 2024 is no date"), "{date}");
}
