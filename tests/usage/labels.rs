//! Networks of several labels per row, from training to the predictions of another file.

use ndarray::Array2;
use serde_json::{Value, json};

use crate::made::{identity, identity_file};
use crate::support::{self, Folder};
use crate::training::{self, train};

const ROWS: usize = 120;

/// Four numbers per row.
fn inputs() -> Array2<f64> {
    support::inputs(ROWS, 4)
}

/// Three labels, each there where a sum of two inputs is above 0.
fn labels() -> Array2<i64> {
    let x = inputs();
    Array2::from_shape_fn((ROWS, 3), |(row, k)| i64::from(x[[row, k]] + x[[row, k + 1]] > 0.0))
}

/// A folder with the data and own.json.
fn folder(changes: Value) -> Folder {
    let keys = json!({
        "NPZ_DATASET": "labels.npz", "LAYER_SIZES": [4, 8, 3], "LAYER_ACTS": ["-", "tanh", "sigmoid"],
        "LR": 0.5, "MAX_EPOCHS": 40, "SPLIT": [0.6, 0.2, 0.2],
    });
    training::folder(&inputs(), &labels(), keys, changes)
}

/// The cells of the lines of CSV.
fn cells(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn sigmoid_outputs_on_zeros_and_ones_are_trained_as_labels() {
    let folder = folder(json!({}));
    let ran = train(&folder, &[]).ended(0);
    assert!(
        ran.stderr.contains("dataset: labels: 120 rows, 4 features, 3 labels"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("F1(val)"), "{}", ran.stdout);
    assert_eq!(folder.json("run/params.json")["parameters"]["TASK"], "multi_label");
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["task"], "multi_label");
    let test = &summary["test"];
    assert_eq!(test["labels"].as_array().unwrap().len(), 3);
    let mean = |key: &str| {
        test["labels"].as_array().unwrap().iter().map(|l| l[key].as_f64().unwrap()).sum::<f64>()
            / 3.0
    };
    assert!((test["recall"].as_f64().unwrap() - mean("recall")).abs() < 1e-12);
    assert!((test["f1"].as_f64().unwrap() - mean("f1")).abs() < 1e-12);
    assert!(test["f1"].as_f64().unwrap() > 0.8, "it learns: {test}");
}

#[test]
fn predictions_and_evaluation_agree_on_every_row() {
    let folder = folder(json!({}));
    train(&folder, &[]).ended(0);
    let predicted = folder.run(&["predict", "run", "labels.npz"]).ended(0).stdout;
    let rows = cells(&predicted);
    let names =
        "label_0,label_1,label_2,probability_label_0,probability_label_1,probability_label_2";
    assert_eq!(rows[0].join(","), names);
    assert_eq!(rows.len(), ROWS + 1);
    let truth = labels();
    let is_right = |(row, cells): (usize, &Vec<&str>)| {
        for k in 0..3 {
            let probability: f32 = cells[3 + k].parse().unwrap();
            assert_eq!(cells[k], if probability > 0.5 { "1" } else { "0" });
        }
        (0..3).all(|k| cells[k] == truth[[row, k]].to_string())
    };
    let correct = rows[1..].iter().enumerate().filter(|row| is_right(*row)).count();
    let found = folder.run(&["evaluate", "run", "labels.npz", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["task"], "multi_label");
    assert_eq!(found["correct"], correct);
    assert_eq!(found["accuracy"].as_f64().unwrap(), correct as f64 / ROWS as f64);
    let there: i64 = truth.column(1).sum();
    assert_eq!(found["labels"][1]["rows"], there);
    let table = folder.run(&["evaluate", "run", "labels.npz"]).ended(0).stdout;
    assert!(table.contains(&format!("({correct}/120 with every label right)")), "{table}");
    folder.run(&["predict", "run", "labels.npz", "-o", "out.npz"]).ended(0);
    let inspected =
        ndarray_npy::NpzReader::new(std::fs::File::open(folder.path("out.npz")).unwrap());
    let label: Array2<i64> = inspected.unwrap().by_name("label.npy").unwrap();
    assert_eq!(label.dim(), (ROWS, 3));
    assert_eq!(label[[5, 2]].to_string(), rows[6][2]);
}

#[test]
fn evaluate_without_data_has_the_figures_of_the_summary() {
    let folder = folder(json!({}));
    train(&folder, &[]).ended(0);
    let found = folder.run(&["evaluate", "run", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    let summary = folder.json("run/summary.json");
    for key in ["task", "train", "validation", "test"] {
        assert_eq!(found[key], summary[key], "{key}");
    }
}

#[test]
fn columns_have_the_names_of_the_labels() {
    let (mut description, weights) = identity(2, "sigmoid", None);
    description["version"] = json!(2);
    description["task"] = json!("multi_label");
    description["targets"] = Value::Null;
    description["target_names"] = json!(["art", "=film"]);
    let folder = Folder::new();
    folder.write("model.safetensors", identity_file(&description, &weights));
    folder.write("rows.csv", "a,b\n0,2\n0.001,-2\n");
    let found = folder.run(&["predict", "model.safetensors", "rows.csv"]).ended(0).stdout;
    let rows = cells(&found);
    // A name that a spreadsheet would take for a formula begins with an apostrophe.
    assert_eq!(rows[0], ["art", "'=film", "probability_art", "probability_=film"]);
    assert_eq!(rows[1][..3], ["0", "1", "0.5"], "a probability of one half predicts nothing");
    assert_eq!(rows[2][..2], ["1", "0"]);
}

#[test]
fn task_says_otherwise_and_what_does_not_fit_is_refused() {
    let values = folder(json!({"TASK": "regression"}));
    train(&values, &[]).ended(0);
    assert_eq!(values.json("run/summary.json")["task"], "regression");
    let softmax = ["-", "tanh", "softmax"];
    for (changes, words) in [
        (json!({"TASK": "multilabel"}), "TASK: found \"multilabel\"; allowed: \"auto\""),
        (
            json!({"TASK": "classification"}),
            "TASK: found \"classification\" with an output of 3 x sigmoid; allowed for it: softmax",
        ),
        (
            json!({"TASK": "regression", "LAYER_ACTS": softmax}),
            "TASK: found \"regression\" with an output of 3 x softmax; allowed for it: any but softmax",
        ),
        (
            json!({"TASK": "multi_label", "LAYER_ACTS": softmax}),
            "TASK: found \"multi_label\" with an output of 3 x softmax; allowed for it: sigmoid",
        ),
        (json!({"R2_PATIENCE": 3}), "R2_PATIENCE: the task is multi_label"),
        (json!({"TASK": "regression", "ACC_PATIENCE": 3}), "ACC_PATIENCE: the task is regression"),
        (json!({"CLASS_WEIGHT": "balanced"}), "CLASS_WEIGHT: the task is multi_label"),
    ] {
        let ran = train(&folder(changes), &[]).ended(2);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let folder = folder(json!({"TASK": "multi_label"}));
    folder.archive("labels.npz", &inputs(), &labels().mapv(|label| 2 * label));
    let ran = train(&folder, &[]).ended(2);
    assert!(ran.stderr.contains("the targets hold 2 in row "), "{}", ran.stderr);
}

#[test]
fn targets_that_are_no_labels_are_values() {
    let folder = folder(json!({}));
    folder.archive(
        "labels.npz",
        &inputs(),
        &inputs().mapv(|x| (x + 1.0) / 2.0).slice(ndarray::s![.., ..3]).to_owned(),
    );
    let ran = train(&folder, &[]).ended(0);
    assert_eq!(folder.json("run/summary.json")["task"], "regression");
    let note = "note: several sigmoid outputs are trained on values, because the targets hold ";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
}

#[test]
fn classes_under_a_linear_output_get_a_note() {
    let folder = folder(
        json!({"LAYER_SIZES": [4, 8, 1], "LAYER_ACTS": ["-", "tanh", "linear"], "LR": 0.02}),
    );
    let classes = labels().sum_axis(ndarray::Axis(1));
    folder.archive("labels.npz", &inputs(), &classes);
    let words = "note: the targets are 4 whole numbers, 0 to 3, and trained as values";
    for command in [&["check", "own.json"][..], &["train", "own.json", "--backend", "cpu"]] {
        let ran = folder.run(command).ended(0);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains(words) && said.contains("4 x softmax"), "{said}");
    }
    let ran = train(&folder, &["--set", "TASK=regression"]).ended(0);
    assert!(!ran.stderr.contains("note: the targets"), "{}", ran.stderr);
}

/// The files of the first releases: a model of version 1, and params.json without TASK.
#[test]
fn what_is_older_than_labels_keeps_its_meaning() {
    let (description, weights) = identity(2, "sigmoid", None);
    let made = Folder::new();
    made.write("model.safetensors", identity_file(&description, &weights));
    made.write("rows.csv", "a,b,value_0,value_1\n0,0,0,1\n1,1,1,0\n");
    let found = made.run(&["predict", "model.safetensors", "rows.csv"]).ended(0).stdout;
    assert_eq!(found.lines().next(), Some("value_0,value_1"));
    let found = made.run(&["evaluate", "model.safetensors", "rows.csv"]).ended(0).stdout;
    assert!(found.contains("R²"), "{found}");

    let folder = folder(json!({"TASK": "regression"}));
    train(&folder, &[]).ended(0);
    for file in ["summary.json", "model.safetensors"] {
        std::fs::remove_file(folder.path("run").join(file)).unwrap();
    }
    let mut parameters = folder.json("run/params.json");
    parameters["parameters"].as_object_mut().unwrap().remove("TASK").unwrap();
    folder.write("run/params.json", parameters.to_string());
    folder.run(&["train", "--resume", "run"]).ended(0);
    assert_eq!(folder.json("run/summary.json")["task"], "regression");
    folder.write("again.json", parameters.to_string());
    folder.train(&folder.path("again.json"), "again", &[]).ended(0);
    assert_eq!(folder.json("again/summary.json")["task"], "regression");
}
