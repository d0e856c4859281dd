//! The inputs of a fitted preparation, its table, and what it says of itself.

use ndarray::{Array2, array};

use super::found;
use super::table::{frame, frame_of, made};
use crate::data::frame::Frame;
use crate::data::prepare::{Preparation, Recognised};

fn fitted<'f>(frame: &'f Frame, rows: &[u32]) -> (Recognised<'f>, Preparation, Array2<f64>) {
    let found = found(frame, &[]);
    let preparation = Preparation::fit(&found.inputs, rows).unwrap();
    let table = preparation.table(&found.inputs).unwrap();
    (found, preparation, table)
}

const TABLE: &str =
    "age,sex,deck,y\n20,male,A,1\n30,female,,2\n,female,B,2\n40,male,A,1\n50,x,C,1\n";

#[test]
fn columns_become_inputs_in_order() {
    let frame = frame(TABLE);
    let (_, preparation, table) = fitted(&frame, &[0, 1, 2, 3]);
    let inputs: Vec<(&str, usize, Option<u32>, bool)> = preparation
        .inputs()
        .iter()
        .map(|own| (own.name.as_str(), own.column, own.category, own.is_scaled))
        .collect();
    assert_eq!(
        inputs,
        [
            ("age", 0, None, true),
            ("age is missing", 1, None, false),
            ("sex=female", 2, Some(0), false),
            ("sex=male", 2, Some(1), false),
            ("deck=A", 3, Some(0), false),
            ("deck=B", 3, Some(1), false),
            ("deck=(missing)", 3, Some(2), false),
        ]
    );
    assert_eq!(preparation.coded_columns(), 4);
    let coded = array![
        [20.0, 0.0, 1.0, 0.0],
        [30.0, 0.0, 0.0, 2.0],
        [30.0, 1.0, 0.0, 1.0],
        [40.0, 0.0, 1.0, 0.0],
        [50.0, 0.0, -1.0, -1.0],
    ];
    assert_eq!(table, coded);
    let expanded = preparation.expand(table.clone());
    assert_eq!(expanded.row(1), array![30.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    assert_eq!(expanded.row(4), array![50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn dates_become_their_parts() {
    let frame = frame("d,x,y\n2000-01-01,1,0.5\n2000-01-08,3,0.25\n,4,0.5\n");
    let (_, preparation, table) = fitted(&frame, &[0, 1, 2]);
    let names: Vec<&str> = preparation.inputs().iter().map(|own| own.name.as_str()).collect();
    let parts = ["d count", "d day of year sin", "d day of year cos", "d is missing", "x"];
    assert_eq!(names, parts);
    let scaled: Vec<bool> = preparation.inputs().iter().map(|own| own.is_scaled).collect();
    assert_eq!(scaled, [true, false, false, false, true]);
    assert_eq!(table.row(0), array![0.0, 0.0, 1.0, 0.0, 1.0]);
    // The median of the 1st and the 8th is noon of the 4th, whose day of the year is that of the 4th.
    let angle = std::f64::consts::TAU * 3.0 / 365.25;
    assert_eq!(table.row(2), array![3.5, angle.sin(), angle.cos(), 1.0, 4.0]);
}

#[test]
fn the_summary_tells_what_is_done_with_each_column() {
    let text = "id,age,sex,deck,name,alone,y\n9,20,male,A,b,yes,1\n4,30,female,,b,no,2\n\
                7,,female,B,b,,2\n3,40,male,A,b,yes,1\n";
    let frame = frame(text);
    let (found, preparation, _) = fitted(&frame, &[0, 1, 2]);
    let rows: Vec<_> = preparation
        .summary(&found, &frame, &[0, 1, 2])
        .into_iter()
        .map(|own| (own.column, own.kind, own.categories, own.missing, own.done))
        .collect();
    let expected = [
        ("id", "index", None, 0, "left out: numbers the rows"),
        ("age", "number", None, 1, "median 25, indicator"),
        ("sex", "category", Some(2), 0, "left out: copy of the target"),
        ("deck", "category", Some(2), 1, "3 one-hot"),
        ("name", "constant", None, 0, "left out: is \"b\" in every row"),
        ("alone", "boolean", None, 1, "\"no\" 0, \"yes\" 1; gaps 0, indicator"),
        ("y", "target", Some(2), 0, "target: 2 classes"),
    ];
    for (row, (column, kind, categories, missing, done)) in rows.iter().zip(expected) {
        let found = (row.0.as_str(), row.1.as_str(), row.2, row.3, row.4.as_str());
        assert_eq!(found, (column, kind, categories, missing, done));
    }
    assert_eq!(rows.len(), expected.len());
}

#[test]
fn many_categories_share_one_input_and_it_is_said() {
    let x = made(200, |row| format!("c{}", row % 100));
    let y = made(200, |row| (row * row % 7) as f64 + 0.5);
    let frame = frame_of(&[("x", x), ("y", y)]);
    let rows: Vec<u32> = (0..200).collect();
    let (found, preparation, table) = fitted(&frame, &rows);
    assert!(found.warnings[0].contains("\"x\" has 100 categories; the 64 most frequent"));
    assert_eq!(preparation.inputs().len(), 65);
    assert_eq!(preparation.inputs()[64].name, "x=(other)");
    assert_eq!(table.iter().filter(|code| **code == 64.0).count(), 72);
    assert_eq!(preparation.summary(&found, &frame, &rows)[0].done, "65 one-hot, 36 as (other)");
}

#[test]
fn the_documentation_has_a_line_a_column() {
    let frame = frame(
        "age,sex,alone,d,y\n20,a,yes,2000-01-01,0.5\n,b,no,2000-01-08,2\n30,b,no,2000-01-15,2\n",
    );
    let (_, preparation, _) = fitted(&frame, &[0, 1, 2]);
    let expected = "\
age: the number; 25 for a gap; then 1 for a gap, else 0
sex: 1 for its own category and 0 for the others, in this order: \"a\", \"b\"
alone: 0 for \"no\", 1 for \"yes\"; 0 for a gap
d: date yyyy-mm-dd; days since 2000-01-01 with fraction, sin and cos of 2*pi*(day of year-1)/365.25; \
2000-01-08 for a gap";
    assert_eq!(preparation.documentation(), expected);
}

#[test]
fn inputs_of_one_name_are_told_apart() {
    let frame = frame("age,age is missing,y\n,2,0.5\n20,3.5,2\n30,9,2\n");
    let (_, preparation, _) = fitted(&frame, &[0, 1, 2]);
    let names: Vec<&str> = preparation.inputs().iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["age", "age is missing", "age is missing (2)"]);
}
