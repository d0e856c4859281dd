//! The first line of a CSV file, columns without a name, and cells that look like formulas.

use serde_json::json;

use crate::made::{identity, identity_file};
use crate::support::{Folder, Ran};

const MODEL: &str = "m.safetensors";

/// A folder with a model of `width` inputs, with these names or none.
fn folder(width: usize, names: Option<&[&str]>) -> Folder {
    let folder = Folder::new();
    let (mut description, weights) = identity(width, "linear", None);
    description["feature_names"] = json!(names);
    folder.write(MODEL, identity_file(&description, &weights));
    folder
}

/// 60 rows of `columns` numbers, each after its number if there is an index.
fn rows(columns: usize, index: bool) -> String {
    let line = |row: usize| {
        let cells = (0..columns).map(|column| format!("{row}.{}", column + 1));
        let index = index.then(|| row.to_string());
        index.into_iter().chain(cells).collect::<Vec<_>>().join(",") + "\n"
    };
    (0..60).map(line).collect()
}

fn predict(folder: &Folder, text: &str, more: &[&str]) -> Ran {
    folder.write("d.csv", text);
    folder.run(&[&["predict", MODEL, "d.csv"], more].concat())
}

#[track_caller]
fn predicts_sixty(ran: Ran, first: &str) -> Ran {
    let ran = ran.ended(0);
    assert_eq!(ran.stdout.lines().count(), 61, "{}", ran.stdout);
    // Rows are read as f32, and values are written as f64.
    let cells = ran.stdout.lines().nth(1).unwrap().split(',');
    let cells: Vec<String> = cells.map(|c| c.parse::<f32>().unwrap().to_string()).collect();
    assert_eq!(cells.join(","), first);
    ran
}

#[test]
fn sixty_rows_under_any_header_of_pandas_give_sixty_predictions() {
    for names in [None, Some(&["a", "b", "c"][..])] {
        let folder = folder(3, names);
        let first = "0.1,0.2,0.3";
        for (header, index) in [("0,1,2\n", false), (",0,1,2\n", true), (",a,b,c\n", true)] {
            let ran = predict(&folder, &(header.to_owned() + &rows(3, index)), &[]);
            let ran = predicts_sixty(ran, first);
            if index {
                ran.says(&["column 1 has no name and is left out"]);
            }
            if header.contains('0') {
                ran.says(&["(0 to 2) and is taken for a header", "--header no"]);
            }
        }
        let named = predict(&folder, &("Unnamed: 0,a,b,c\n".to_owned() + &rows(3, true)), &[]);
        predicts_sixty(named, first);
        predicts_sixty(predict(&folder, &rows(3, false), &[]), first);
        predict(&folder, &("0,1,2\n".to_owned() + &rows(3, false)), &["--header", "no"])
            .ended(0)
            .says(&[]);
    }
}

#[test]
fn who_says_that_there_is_a_header_is_believed() {
    let folder = folder(2, None);
    let years = "2019,2020\n".to_owned() + &rows(2, false);
    predicts_sixty(predict(&folder, &years, &["--header", "yes"]), "0.1,0.2");
    assert_eq!(predict(&folder, &years, &[]).ended(0).stdout.lines().count(), 62);
}

#[test]
fn a_lone_zero_is_a_row_or_a_header_only_if_that_is_said() {
    let folder = folder(1, None);
    let text = "0\n".to_owned() + &rows(1, false);
    predict(&folder, &text, &[]).refused(&["d.csv: the first line is 0", "--header yes"]);
    predicts_sixty(predict(&folder, &text, &["--header", "yes"]), "0.1");
    assert_eq!(predict(&folder, &text, &["--header", "no"]).stdout.lines().count(), 62);
}

/// A shuffled index or a feature that has lost its name: nobody can tell.
#[test]
fn a_column_without_a_name_that_does_not_count_up_is_refused_where_names_do_not_tell() {
    let folder_of = folder;
    let folder = folder_of(2, None);
    let text = ",a,b\n3,1,2\n1,1,2\n";
    predict(&folder, text, &[]).refused(&["d.csv: line 3, column 1", "does not count up"]);
    predict(&folder, ",a,b\n0.5,1,2\n", &[]).refused(&["line 2", "does not count up"]);
    // Three columns for two features and a target.
    folder.run(&["evaluate", MODEL, "d.csv"]).refused(&["d.csv: "]);
    let named = folder_of(2, Some(&["a", "b"]));
    assert_eq!(predict(&named, text, &[]).ended(0).stdout.lines().count(), 3);
}

#[test]
fn an_index_is_no_target() {
    let folder = folder(1, Some(&["a"]));
    let text = ",a,y\n0,1,1\n1,2,2\n2,3,4\n";
    folder.write("d.csv", text);
    let ran = folder.run(&["evaluate", MODEL, "d.csv", "--json"]).ended(0);
    ran.says(&["column 1 has no name and is left out: it is an index", "\"y\""]);
    folder.write("d.csv", ",a\n0,1\n1,2\n");
    folder.run(&["evaluate", MODEL, "d.csv"]).refused(&["none of the targets"]);
}

#[test]
fn signals_follow_the_same_rules() {
    let folder = Folder::new();
    let (mut description, weights) = identity(4, "linear", None);
    description["input_shape"] = json!([1, 4]);
    description["feature_names"] = json!(["ecg"]);
    folder.write(MODEL, identity_file(&description, &weights));
    for (header, index) in [("0,1,2,3\n", false), (",0,1,2,3\n", true), ("", false)] {
        let ran = predict(&folder, &(header.to_owned() + &rows(4, index)), &[]);
        predicts_sixty(ran, "0.1,0.2,0.3,0.4");
    }
}

/// A spreadsheet would run them.
#[test]
fn names_that_look_like_formulas_are_text_in_csv_and_come_back_as_they_were() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "linear", None);
    description["feature_names"] = json!(["=cmd", "@b"]);
    description["target_names"] = json!(["=cmd", "-1.5"]);
    folder.write(MODEL, identity_file(&description, &weights));
    let ran = predict(&folder, "'@b,'=cmd\n2,1\n", &[]).ended(0);
    assert_eq!(ran.stdout, "'=cmd,-1.5\n1.0,2.0\n");
    assert_eq!(predict(&folder, "@b,=cmd\n2,1\n", &[]).ended(0).stdout, ran.stdout);

    let (mut description, weights) = identity(2, "softmax", Some(&[0, 1]));
    description["target_names"] = json!(["+up", "down"]);
    folder.write(MODEL, identity_file(&description, &weights));
    let ran = predict(&folder, "5,1\n", &[]).ended(0);
    assert!(ran.stdout.lines().nth(1).unwrap().starts_with("0,'+up,"), "{}", ran.stdout);
    folder.write("d.csv", "a,b,class\n5,1,'+up\n5,1,+up\n1,5,down\n");
    let ran = folder.run(&["evaluate", MODEL, "d.csv", "--json"]).ended(0);
    assert!(ran.stdout.contains("\"correct\":3"), "{}", ran.stdout);
}

#[test]
fn names_that_would_turn_a_terminal_s_text_are_shown_escaped() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "linear", None);
    description["feature_names"] = json!(["a\u{202e}b", "c\nerror: d"]);
    description["dataset"] = json!("x\n\u{1b}[2Jy");
    folder.write(MODEL, identity_file(&description, &weights));
    let ran = folder.run(&["inspect", MODEL]).ended(0);
    assert!(ran.stdout.contains("a\\u{202e}b, c\\nerror: d"), "{}", ran.stdout);
    assert!(ran.stdout.contains("x\\n\\u{1b}[2Jy"), "{}", ran.stdout);
    predict(&folder, "e\u{202e}\n,f\n1,2\n", &[]).ended(2);
}

#[test]
fn what_editors_and_spreadsheets_add_changes_nothing() {
    let named = folder(2, Some(&["a", "b"]));
    let unnamed = folder(2, None);
    let expected = "value_0,value_1\n1.0,2.0\n3.0,4.0\n";
    for text in [
        "\u{feff}a,b\n1,2\n3,4\n",
        "\u{feff}\"a\",\"b\"\r\n\"1\",\"2\"\r\n3,4\r\n",
        "\"a \",\" b\"\n 1 , 2\n3,4",
        "a,b\r1,2\r3,4\r",
        "a,b\n1,2\n\n   \n3,4\n\t\n",
        "\n\na,b\n1,2\n3,4\n",
    ] {
        for folder in [&named, &unnamed] {
            let ran = predict(folder, text, &[]).ended(0);
            assert_eq!((&*ran.stdout, &*ran.stderr), (expected, ""), "{text:?}");
        }
    }
    for text in
        ["\u{feff}0,1\n1,2\n3,4\n", "\"0\",\"1\"\n1,2\n3,4\n", "\u{feff},0,1\n0,1,2\n1,3,4\n"]
    {
        assert_eq!(predict(&unnamed, text, &[]).ended(0).stdout, expected, "{text:?}");
    }
    // Commas at the end of each line.
    assert_eq!(predict(&unnamed, "a,b,\n1,2,\n3,4,\n", &[]).ended(0).stdout, expected);
    for cells in ["1,2,\n3,4,5", "1,2,5\n3,4,"] {
        predict(&unnamed, &format!("a,b,\n{cells}\n"), &[]).refused(&["does not count up"]);
    }
    // A name that begins like an archive.
    assert_eq!(predict(&unnamed, "PK,b\n1,2\n3,4\n", &[]).ended(0).stdout, expected);
}

#[test]
fn tables_with_other_separators_are_told_as_those() {
    for names in [None, Some(&["a", "b"][..])] {
        let folder = folder(2, names);
        for (text, separator) in
            [("a;b\n1,5;2\n", "semicolons"), ("1;2\n", "semicolons"), ("a\tb\n1\t2\n", "tabs")]
        {
            let words = format!("d.csv: its columns are separated by {separator}; allowed: commas");
            predict(&folder, text, &[]).refused(&[&words]);
        }
    }
}

#[test]
fn names_of_classes_have_no_blanks_around_them() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "softmax", Some(&[0, 1]));
    description["target_names"] = json!([" low", "high "]);
    folder.write(MODEL, identity_file(&description, &weights));
    folder.write("d.csv", "a,b,class\n5,1,low\n1,5, high\n");
    let ran = folder.run(&["evaluate", MODEL, "d.csv", "--json"]).ended(0);
    assert!(ran.stdout.contains("\"correct\":2"), "{}", ran.stdout);
}
