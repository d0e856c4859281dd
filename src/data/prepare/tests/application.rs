//! Rows of other files.

use ndarray::{Array2, array};

use super::found;
use super::table::frame;
use crate::data::prepare::{Preparation, recognise};
use crate::error::Result;

const TRAINED: &str = "age,sex,alone,one,day,y\n\
    20,male,yes,0,1.1.2024,1\n\
    30,female,no,1,2.2.2024,2.5\n\
    ,female,yes,1,3.2.2025,2\n\
    40,7,no,0,4.3.2025,1\n";

fn preparation() -> Preparation {
    let frame = frame(TRAINED);
    let found = found(&frame, &[]);
    Preparation::fit(&found.inputs, &[0, 1, 2, 3]).unwrap()
}

fn rows(text: &str) -> Result<Array2<f64>> {
    preparation().rows(&frame(text))
}

#[test]
fn the_training_file_gives_the_training_table() {
    let frame = frame(TRAINED);
    let found = found(&frame, &[]);
    assert_eq!(preparation().rows(&frame), preparation().table(&found.inputs));
}

#[test]
fn columns_go_by_name_and_others_are_passed_over() {
    let text = "extra,day,one,alone,sex,age\nu,1.1.2024,0,yes,male,20\n";
    let all = rows(TRAINED).unwrap();
    assert_eq!(rows(text).unwrap().row(0), all.row(0));
    let mapping = preparation().columns_in(&frame(text).names).unwrap();
    assert_eq!(mapping.passed_over, ["extra"]);
}

#[test]
fn missing_columns_are_refused_by_name() {
    let message = rows("Day,one,alone,sex,age\n1.1.2024,0,yes,male,20\n").unwrap_err().to_string();
    assert_eq!(message, "has no column \"day\", which the model takes; did you mean Day?");
    let message = rows("one,alone,age\n0,yes,20\n").unwrap_err().to_string();
    assert!(message.starts_with("lacks 2 columns that the model takes: \"sex\""), "{message}");
}

#[test]
fn unseen_categories_and_gaps_make_no_input_1() {
    let table = rows("age,sex,alone,one,day\n20,child,yes,0,1.1.2024\n20,,yes,0,1.1.2024\n");
    // The indicator of age stands before the code of sex.
    assert_eq!(table.unwrap().column(2), array![-1.0, -1.0]);
}

#[test]
fn a_number_in_a_category_is_its_shortest_text() {
    let table = rows("age,sex,alone,one,day\n20,7.0,yes,0,1.1.2024\n").unwrap();
    assert_eq!(table[[0, 2]], 0.0, "7 comes before the words");
}

#[test]
fn booleans_take_numbers_and_true_and_false_whatever_their_words() {
    let table =
        rows("age,sex,alone,one,day\n1,male,1,True,1.1.2024\n1,male,False,0,1.1.2024\n").unwrap();
    assert_eq!(table.column(3), array![1.0, 0.0]);
    assert_eq!(table.column(4), array![1.0, 0.0]);
    assert_eq!(rows("age,sex,alone,one,day\nTrue,male,YES,,\n").unwrap()[[0, 0]], 1.0);
}

#[test]
fn a_cell_of_another_kind_is_refused_with_its_place() {
    for (row, expected) in [
        (
            "old,male,yes,0,1.1.2024",
            "line 2, column \"age\": \"old\" is no number: the model takes",
        ),
        ("inf,male,yes,0,1.1.2024", "line 2, column \"age\": inf is no number: the model takes"),
        ("1,inf,yes,0,1.1.2024", "line 2, column \"sex\": inf is no category"),
        ("1,male,maybe,0,1.1.2024", "line 2, column \"alone\": \"maybe\" is no boolean"),
        ("1,male,yes,2,1.1.2024", "line 2, column \"one\": 2 is no boolean"),
        ("1,male,yes,0,2024-01-01", "line 2, column \"day\": \"2024-01-01\" is no date"),
        (
            "1,male,yes,0,5",
            "line 2, column \"day\": 5 is no date: the model takes dates (d.m.yyyy)",
        ),
    ] {
        let message = rows(&format!("age,sex,alone,one,day\n{row}\n")).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    let message = rows("age,sex,alone,one,day\nold,a,1,0,\n").unwrap_err().to_string();
    assert!(message.contains("the column has changed its kind since the training"), "{message}");
    assert!(message.contains("a gap counts as 30"), "{message}");
}

#[test]
fn dates_may_come_as_seconds() {
    let table = frame("age,sex,alone,one,day\n1,male,yes,0,1704067200\n");
    let preparation = preparation();
    let mut mapping = preparation.columns_in(&table.names).unwrap();
    mapping.seconds = vec![4];
    let dated = frame("age,sex,alone,one,day\n1,male,yes,0,1.1.2024\n");
    assert_eq!(preparation.apply(&mapping, &table), preparation.rows(&dated));
}

#[test]
fn a_mapping_of_another_file_is_refused() {
    let preparation = preparation();
    let mapping = preparation.columns_in(&frame(TRAINED).names).unwrap();
    assert!(preparation.apply(&mapping, &frame("age\n1\n")).is_err());
    let trained = frame(TRAINED);
    let found = recognise(&trained, &super::asked(&["age"], &[]));
    assert!(found.is_err(), "age has a gap");
}
