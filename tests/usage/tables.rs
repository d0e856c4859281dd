//! From a raw table to predictions on new rows, by the command.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::{Folder, Ran, repository};

/// A table of two classes told by `x`, with gaps, words, a date, an index and a copy of the target.
fn table(rows: usize) -> String {
    let mut text = String::from("id,x,colour,on,day,says,copy,y\n");
    for row in 0..rows {
        let class = ["no", "yes"][row % 2];
        let x = if row % 7 == 3 { String::new() } else { format!("{}", (row % 2) * 4 + row % 3) };
        let colour = ["red", "green", "blue"][row % 3];
        let on = ["True", "False"][row % 5 / 3];
        let day = row % 28 + 1;
        writeln!(text, "{row},{x},{colour},{on},2024-02-{day:02},w{row},{class}!,{class}").unwrap();
    }
    text
}

/// Asserts that standard output has these words.
#[track_caller]
fn prints(ran: &Ran, words: &str) {
    assert!(ran.stdout.contains(words), "{words:?} is not in: {}", ran.stdout);
}

/// A folder with the table and a run on it.
fn trained() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", table(120));
    folder.run(&["train", "t.csv", "--target", "y", "--backend", "cpu", "--out", "run"]).ended(0);
    folder
}

#[test]
fn a_table_gives_the_same_model_on_any_number_of_threads() {
    let folder = Folder::new();
    folder.write("t.csv", table(120));
    for threads in ["1", "2", "3"] {
        let short = ["--threads", threads, "--set", "MAX_EPOCHS=2", "--backend", "cpu"];
        let train = ["train", "t.csv", "--target", "y", "--out", threads];
        folder.run(&[&train[..], &short].concat()).ended(0);
    }
    let model = |run: &str| folder.bytes(&format!("{run}/model.safetensors"));
    assert!(model("1") == model("2") && model("1") == model("3"));
}

#[test]
fn a_table_is_trained_on_and_its_columns_are_told() {
    let folder = Folder::new();
    folder.write("t.csv", table(120));
    let ran = folder.run(&["train", "t.csv", "--target", "y", "--out", "run"]);
    for line in [
        "columns (commas between columns):",
        "id      index              -        -  left out: numbers the rows",
        "colour  category           3        -  3 one-hot",
        "says    text             120        -  left out: says nothing (120 different",
        "copy    category           2        -  left out: copy of the target",
        "y       target             2        -  target: 2 classes",
        "note: the column \"copy\" is left out: it is a copy of the target \"y\"",
        "HIDDEN: [256,128]  (by the data)",
        "TARGET: \"y\"  (--target)",
    ] {
        ran.says(&[line]);
    }
    ran.ended(0);
    let own = folder.json("run/params.json")["parameters"].clone();
    assert_eq!((&own["TARGET"], &own["HIDDEN"]), (&json!("y"), &json!([256, 128])));
    assert_eq!((&own["OPTIMIZER"], &own["L2"]), (&json!("adam"), &json!(1.0)));
}

#[test]
fn params_json_and_the_file_of_init_repeat_the_run() {
    let folder = trained();
    folder.run(&["init", "t.csv", "--target", "y"]).ended(0);
    folder.run(&["train", "t.json", "--backend", "cpu", "--out", "by_init"]).ended(0);
    folder.run(&["train", "run/params.json", "--backend", "cpu", "--out", "again"]).ended(0);
    let losses = |run: &str| {
        let history = folder.read(&format!("{run}/history.csv"));
        let of_line = |line: &str| line.split(',').take(5).map(String::from).collect::<Vec<_>>();
        history.lines().map(of_line).collect::<Vec<_>>()
    };
    assert_eq!(losses("again"), losses("run"));
    assert_eq!(losses("by_init"), losses("run"));
    folder.run(&["init", "t.csv", "--target", "y"]).refused(&["t.json: is there already"]);
}

#[test]
fn raw_rows_are_predicted_and_columns_go_along() {
    let folder = trained();
    folder.write("new.csv", "more,x,colour,day,on\n=1,4,red,2024-02-03,1\n007,,pink,,False\n");
    let ran = folder.run(&["predict", "run", "new.csv", "--keep", "more", "--keep", "more"]);
    prints(&ran, "more,class,probability_no,probability_yes\n=1,yes,");
    prints(&ran, "\n007,");
    ran.says(&["column colour has 1 cell of categories that no training row had"]);
    ran.ended(0);
    let all = folder.run(&["predict", "run", "t.csv", "--keep", "all", "-o", "out.csv"]);
    all.ended(0);
    let out = folder.read("out.csv");
    assert!(out.starts_with("id,x,colour,on,day,says,copy,y,class,probability_no,"), "{out}");
    assert_eq!(out.lines().count(), 121);
    prints(&folder.run(&["evaluate", "run", "t.csv"]), "120 rows\n");
    folder.write("clash.csv", "class,x,colour,day,on\na,4,red,2024-02-03,1\n");
    let clash = folder.run(&["predict", "run", "clash.csv", "--keep", "class"]);
    prints(&clash, "class,predicted_class,probability_no");
}

#[test]
fn rows_that_a_model_can_t_take_are_refused_in_words() {
    let folder = trained();
    for (text, words) in [
        ("x,colour,on\n1,red,1\n", "has no column \"day\", which the model takes"),
        ("x,colour,on,day\nfar,red,1,2024-02-01\n", "line 2, column \"x\": \"far\" is no number"),
        ("x,colour,on,day\n1,red,perhaps,2024-02-01\n", "\"perhaps\" is no boolean"),
        ("x,colour,on,day\n1,red,1,soon\n", "\"soon\" is no date"),
        ("x,colour,on,day\n1,red,1\n", "line 2 has 3 fields"),
    ] {
        folder.write("new.csv", text);
        folder.run(&["predict", "run", "new.csv", "-o", "out.csv"]).refused(&["new.csv", words]);
        assert!(!folder.path("out.csv").exists());
    }
}

#[test]
fn targets_and_tables_that_teach_nothing_are_refused_in_words() {
    let folder = Folder::new();
    let many = (0..50).map(|row| format!("{row}.5,t{row}\n")).collect::<String>();
    for (text, target, words) in [
        ("a,b\n1,x\n2,y\n", "c", "has no column \"c\""),
        ("age,b\n1,x\n2,y\n3,x\n4,y\n", "agee", "did you mean age?"),
        ("a,b\n1,x\n2,\n3,x\n", "b", "1 row without a target, the first in line 3"),
        ("a,b\n1,x\n2,x\n3,x\n", "b", "in every row"),
        (&format!("a,b\n{many}"), "b", "differs in more than half of the rows"),
        ("b\nx\ny\nx\ny\n", "b", "has no column besides the target"),
        ("a,b\n1,x\n2,y,z\n", "b", "line 3 has 3 fields"),
        ("", "b", "no line"),
        ("a,b\n1,\"x\n2,y\n", "b", "quote"),
        ("a;b\n1,5;x\n2.5;y\n", "b", "notation"),
        ("a,b\ncm,kind\n1.5,x\n2,y\n3,x\n4,y\n", "b", "second header"),
    ] {
        folder.write("t.csv", text);
        let ran = folder.run(&["train", "t.csv", "--target", target, "--out", "run"]);
        ran.refused(&["t.csv", words]);
        assert!(!folder.path("run").exists(), "{text}");
    }
    folder.write("t.csv", "a,b\n1,x\n2,y\n");
    folder.run(&["train", "t.csv"]).refused(&["TARGET: missing", "a, b"]);
    folder.write(
        "own.json",
        "{\"parameters\": {\"DATASET\": \"t.csv\", \"NPZ_DATASET\": \"t.csv\"}}",
    );
    folder.run(&["train", "own.json"]).refused(&["twice, under two names of DATASET"]);
}

#[test]
fn test_rows_have_no_say_in_what_columns_are() {
    let folder = Folder::new();
    let all = table(120);
    let lines: Vec<&str> = all.lines().collect();
    folder.write("train.csv", [&lines[..91], &[""]].concat().join("\n"));
    folder.write("test.csv", [&lines[..1], &lines[91..], &[""]].concat().join("\n"));
    let train = ["train", "train.csv", "--target", "y", "--test", "test.csv", "--out"];
    folder.run(&[&train[..], &["run"]].concat()).says(&["test: 30 rows"]);
    folder.write("test.csv", all.replace("red", "7").replace(",0,", ",far,"));
    folder.run(&[&train[..], &["other"]].concat()).refused(&["test.csv", "is no number"]);
    folder.write("test.csv", "id,x,colour,on,day,says,copy,y\n1,1,red,1,2024-02-01,w,c,maybe\n");
    folder.run(&[&train[..], &["other"]].concat()).refused(&["\"maybe\" is no class"]);
}

#[test]
fn a_group_keeps_its_rows_in_one_split() {
    let folder = Folder::new();
    let mut text = String::from("g,x,y\n");
    for row in 0..200 {
        writeln!(text, "p{},{},{}", row / 10, row % 2 * 3 + row % 5, row % 2).unwrap();
    }
    folder.write("t.csv", text);
    let ran = folder.run(&["train", "t.csv", "--target", "y", "--group", "g", "--out", "run"]);
    ran.says(&["SPLIT_MODE: \"grouped\""]);
    ran.says(&["20 groups, never apart in a split"]);
    ran.says(&["train: 160 rows"]);
    let random = ["--set", "SPLIT_MODE=random"];
    let train = ["train", "t.csv", "--target", "y", "--group", "g", "--out", "r"];
    folder.run(&[&train[..], &random].concat()).refused(&["SPLIT_MODE", "group"]);
}

#[test]
fn gaps_of_an_archive_are_filled_once_they_are_asked_for() {
    let folder = Folder::new();
    let mut x = ndarray::Array2::from_shape_fn((60, 2), |(row, column)| {
        (row % 2 * 5 + row % 3 + column) as f64
    });
    x[[7, 0]] = f64::NAN;
    let y = ndarray::Array1::from_iter((0..60).map(|row| (row % 2) as i64));
    folder.archive("d.npz", &x, &y);
    folder.run(&["train", "d.npz", "--out", "run"]).refused(&["1 value that is not finite"]);
    let ran = folder.run(&["train", "d.npz", "--set", "NA=[]", "--out", "run"]);
    ran.says(&["column_1  number            -        1  median 2, indicator"]);
    ran.ended(0);
    prints(&folder.run(&["predict", "run", "d.npz"]), "class,probability_0,probability_1");
    folder.run(&["train", "d.npz", "--header", "no"]).refused(&["--header", "goes with CSV"]);
}

#[test]
fn penguins_ship() {
    let folder = Folder::new();
    let path = repository("datasets/penguins.csv");
    let path = path.to_str().unwrap();
    let ran = folder.run(&["train", path, "--target", "species", "--out", "run"]);
    ran.says(&["bill_length_mm     number             -        1  median 44.7, indicator"]);
    ran.says(&["saved in run"]);
    folder.run(&["export", "run", "--format", "onnx"]).ended(0);
    let onnx = folder.bytes("run/model.onnx");
    let text = b"island: 1 for its own category";
    assert!(onnx.windows(text.len()).any(|bytes| bytes == text));
}
