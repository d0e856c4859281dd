//! `gpu-mlp evaluate`, against scikit-learn 1.9 on the same rows and predictions.

use ndarray::{Array1, Array2, Axis, array};
use serde_json::{Value, json};

use crate::made::{identity, identity_file};
use crate::support::{Folder, Ran, inputs, repository};

const ROWS: usize = 40;

fn rounded(x: f64, digits: i32) -> f64 {
    (x * 10f64.powi(digits)).round() / 10f64.powi(digits)
}

/// Scores with ties.
fn scores(columns: usize) -> Array2<f64> {
    let score = |(r, c): (usize, usize)| rounded(2.0 * (r as f64 * 7.0 + c as f64 * 13.0).sin(), 1);
    Array2::from_shape_fn((ROWS, columns), score)
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[track_caller]
fn assert_figures(found: &Value, expected: &[(&str, f64)]) {
    for (key, expected) in expected {
        let found = found[key].as_f64().unwrap();
        assert!(
            (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
            "{key}: {found} {expected}"
        );
    }
}

#[test]
fn three_classes_have_the_figures_of_scikit_learn() {
    let folder = Folder::new();
    let (description, weights) = identity(3, "softmax", Some(&[0, 1, 2]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    let y: Array1<i64> = (0..ROWS as i64).map(|r| (r * r + r / 5) % 4 % 3).collect();
    folder.archive("d.npz", &scores(3), &y);
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz", "--json"]).ended(0);
    let found = json_of(&ran);
    let means = [
        ("loss", 1.1851357058473857),
        ("accuracy", 0.425),
        ("precision", 0.4444444444444444),
        ("recall", 0.375),
        ("f1", 0.3666666666666667),
    ];
    assert_figures(&found, &means);
    let classes = [(0.5, 0.5, 0.5, 20), (0.5, 0.125, 0.2, 8), (1.0 / 3.0, 0.5, 0.4, 12)];
    for (class, (precision, recall, f1, rows)) in classes.into_iter().enumerate() {
        let found = &found["classes"][class];
        assert_figures(found, &[("precision", precision), ("recall", recall), ("f1", f1)]);
        assert_eq!(found["rows"], rows);
    }
    assert_eq!(found["confusion"], json!([[10, 1, 9], [4, 1, 3], [6, 0, 6]]));
    assert_eq!(found.get("roc_auc"), None, "of two classes only");
}

#[test]
fn two_classes_have_areas_too() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "sigmoid", Some(&[0, 1]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    let x = Array2::from_shape_fn((ROWS, 1), |(r, _)| rounded(2.0 * (r as f64 * 1.7).sin(), 1));
    let y: Array1<i64> = (0..ROWS as i64).map(|r| i64::from(r * r * 3 % 5 < 2)).collect();
    folder.archive("d.npz", &x, &y);
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz", "--json"]).ended(0);
    let expected = [
        ("loss", 0.9016591477235011),
        ("accuracy", 0.55),
        ("precision", 0.55),
        ("recall", 0.578125),
        ("f1", 0.5054945054945055),
        ("roc_auc", 0.498046875),
        ("average_precision", 0.21328119979435767),
    ];
    assert_figures(&json_of(&ran), &expected);
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz"]).ended(0);
    for words in ["accuracy 55.0% (22/40)", "ROC AUC 0.4980", "average precision 0.2133", "macro"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn a_class_that_is_missing_leaves_the_areas_undefined() {
    let folder = Folder::new();
    let (description, weights) = identity(2, "softmax", Some(&[0, 1]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder.archive("d.npz", &scores(2), &Array1::<i64>::zeros(ROWS));
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz", "--json"]).ended(0);
    let found = json_of(&ran);
    assert_eq!((&found["roc_auc"], &found["average_precision"]), (&Value::Null, &Value::Null));
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz"]).ended(0);
    assert!(ran.stdout.contains("ROC AUC undefined: one class is missing"), "{}", ran.stdout);
}

#[test]
fn values_have_the_figures_of_scikit_learn_in_original_units() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "linear", None);
    description["targets"] = json!({"shift": [100.0, -5.0], "scale": [0.5, 4.0]});
    folder.write("m.safetensors", identity_file(&description, &weights));
    let value = |(r, k): (usize, usize)| match k {
        0 => rounded(100.0 + 3.0 * (r as f64).cos(), 2),
        _ => rounded(-5.0 + 0.4 * (r as f64 * 7.1).sin(), 2),
    };
    folder.archive("d.npz", &scores(2), &Array2::from_shape_fn((ROWS, 2), value));
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz", "--json"]).ended(0);
    let found = json_of(&ran);
    let means = [
        ("loss", 3.1990824999999985),
        ("r2", -1.7108595835875529),
        ("rmse", 2.0339164778756076),
        ("mae", 1.6884377598762506),
    ];
    assert_figures(&found, &means);
    let first =
        [("r2", -1.9152382354504072), ("rmse", 3.626996403341924), ("mae", 3.022500534057616)];
    assert_figures(&found["outputs"][0], &first);
    let second =
        [("r2", -1.5064809317246999), ("rmse", 0.4408365524092914), ("mae", 0.35437498569488524)];
    assert_figures(&found["outputs"][1], &second);
}

/// Without validation rows the last weights are kept, and all rows train, except the archive's own test part: an
/// evaluation of the file has the summary's figures. Both round scaled inputs to f32 in their own order: within 1e-5.
#[test]
fn an_evaluation_is_that_of_the_summary() {
    let changes = [
        json!({"SPLIT": [1, 0]}),
        json!({
            "SPLIT": [1, 0], "NPZ_DATASET": repository("datasets/diabetes.npz"),
            "LAYER_SIZES": [10, 8, 1], "LAYER_ACTS": ["-", "relu", "linear"], "LR": 0.01,
        }),
        json!({
            "SPLIT": [1, 0], "NPZ_DATASET": repository("datasets/cylinder_bell_funnel.npz"),
            "LAYER_SIZES": null, "LAYER_ACTS": null, "MAX_EPOCHS": 1, "LR": 0.01,
            "LAYERS": [
                {"type": "conv1d", "filters": 4, "kernel": 5, "activation": "relu"},
                {"type": "maxpool1d", "size": 4},
                {"type": "dense", "units": 3, "activation": "softmax"},
            ],
        }),
    ];
    for changes in changes {
        let folder = Folder::new();
        let own = folder.parameters(changes);
        folder.train(&own, "run", &[]).ended(0);
        let data = folder.json("run/params.json")["parameters"]["DATASET"].clone();
        let data = data.as_str().unwrap();
        let ran = folder.run(&["evaluate", "run/model.safetensors", data, "--json"]).ended(0);
        let (found, summary) = (json_of(&ran), folder.json("run/summary.json"));
        let summary = summary.get("test").unwrap_or(&summary["train"]);
        for (key, expected) in summary.as_object().unwrap() {
            if let Some(expected) = expected.as_f64() {
                let found = found[key].as_f64().unwrap();
                assert!(
                    (found - expected).abs() <= 1e-5 * expected.abs(),
                    "{key} {found} {expected}"
                );
            }
        }
    }
}

/// Targets of a spread of 30 far from 0, where f32 holds one or two of them: training, evaluation and predictions
/// agree on the same rows. The data have steps of 16, which f64 holds at 1e17.
#[test]
fn figures_do_not_depend_on_how_far_targets_are_from_0() {
    for offset in [0.0, 1.6e9, -1e15, 1e17] {
        let folder = Folder::new();
        let x = inputs(400, 2);
        let noise = |row: usize| (row as f64 * 1.37).sin();
        let y = Array1::from_shape_fn(400, |row| offset + 30.0 * (x[[row, 0]] + 0.1 * noise(row)));
        let mut archive =
            ndarray_npy::NpzWriter::new(std::fs::File::create(folder.path("d.npz")).unwrap());
        for (part, rows) in [("train", 0..300), ("test", 300..400)] {
            let rows = ndarray::Slice::from(rows);
            let (x, y) = (x.slice_axis(Axis(0), rows), y.slice_axis(Axis(0), rows));
            archive.add_array(format!("X_{part}"), &x).unwrap();
            archive.add_array(format!("y_{part}"), &y).unwrap();
        }
        archive.finish().unwrap();
        let own = folder.parameters(json!({
            "NPZ_DATASET": "d.npz", "LAYER_SIZES": [2, 16, 1], "LAYER_ACTS": ["-", "tanh", "linear"],
            "LR": 0.05, "BATCH_SIZE": 16, "MAX_EPOCHS": 30,
        }));
        folder.train(&own, "run", &[]).ended(0);
        let summary = folder.json("run/summary.json")["test"].clone();
        let ran = folder.run(&["evaluate", "run/model.safetensors", "d.npz", "--json"]).ended(0);
        let found = json_of(&ran);
        for key in ["loss", "r2", "rmse", "mae"] {
            let (found, expected) = (found[key].as_f64().unwrap(), summary[key].as_f64().unwrap());
            // Both round scaled inputs and targets to f32, in different orders.
            assert!(
                (found - expected).abs() <= 1e-5 * expected.abs(),
                "{offset}: {key} {found} {expected}"
            );
        }
        assert!(found["r2"].as_f64().unwrap() > 0.8, "{offset}: {found}");
        let ran = folder.run(&["predict", "run/model.safetensors", "d.npz"]).ended(0);
        let distinct: std::collections::HashSet<&str> = ran.stdout.lines().skip(1).collect();
        assert!(distinct.len() >= if offset < 1e16 { 90 } else { 4 }, "{offset}: {distinct:?}");
    }
}

#[test]
fn a_table_of_text_has_its_target_beside_the_features_and_may_name_classes() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "softmax", Some(&[3, 8]));
    description["feature_names"] = json!(["width", "length"]);
    description["target_names"] = json!(["short", "long"]);
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder.write("d.csv", "kind,length,width\nshort,0,1\n8,2,1\nlong,0,2\n");
    let ran = folder.run(&["evaluate", "m.safetensors", "d.csv", "--json"]).ended(0);
    assert_eq!(json_of(&ran)["confusion"], json!([[1, 0], [1, 1]]));
    ran.says(&["the target is the column \"kind\", which is no feature"]);
    folder.write("d.csv", "width,length\n0,1\n");
    folder.run(&["evaluate", "m.safetensors", "d.csv"]).refused(&[
        "d.csv",
        "none of the targets",
        "1 column more",
    ]);
    folder.write("d.csv", "kind,length,width\nwide,0,1\n");
    folder
        .run(&["evaluate", "m.safetensors", "d.csv"])
        .refused(&["d.csv: line 2, column 1 (kind): \"wide\" is no number"]);
    for (cell, words) in [
        ("4", "\"4\" is a label that the model does not know; allowed: 3, 8"),
        ("3.5", "\"3.5\" is a label that the model does not know; allowed: 3, 8"),
        ("inf", "\"inf\" is inf; remove such rows"),
    ] {
        folder.write("d.csv", format!("width,length,kind\n1,2,3\n0,1,{cell}\n"));
        folder
            .run(&["evaluate", "m.safetensors", "d.csv"])
            .refused(&["d.csv: line 3, column 3 (kind): ", words]);
    }
}

/// Another column in place of the target would give meaningless figures.
#[test]
fn a_single_target_goes_by_its_name_where_the_model_has_one() {
    let folder = Folder::new();
    let (mut description, weights) = identity(1, "linear", None);
    description["feature_names"] = json!(["width"]);
    description["target_names"] = json!(["price"]);
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder.write("d.csv", "id,width\n1,1\n2,2\n");
    folder
        .run(&["evaluate", "m.safetensors", "d.csv"])
        .refused(&["d.csv: has no column \"price\", which is the model's target, but \"id\""]);
    folder.write("d.csv", " price ,width\n1,1\n2,2\n");
    let ran = folder.run(&["evaluate", "m.safetensors", "d.csv"]).ended(0);
    assert!(!ran.stderr.contains("the target is"), "{}", ran.stderr);
    // A prediction ignores it, whatever its name is.
    folder.write("d.csv", "id,width\n1,1\n");
    folder.run(&["predict", "m.safetensors", "d.csv"]).ended(0);
}

#[test]
fn strangers_are_refused() {
    let folder = Folder::new();
    let (description, weights) = identity(2, "softmax", Some(&[3, 8]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    folder.archive("labels.npz", &x, &array![3, 4]);
    folder.archive("two.npz", &x, &array![[3, 8], [8, 3]]);
    folder.archive("wide.npz", &array![[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]], &array![3, 8]);
    folder.archive("halves.npz", &x, &array![3.0, 3.5]);
    for (file, words) in [
        (
            "labels.npz",
            "row 1 (counted from 0) has the label 4, which the model does not know; allowed: 3, 8",
        ),
        ("two.npz", "the targets have 2 columns; the model predicts 1"),
        ("wide.npz", "has the shape [2, 3]; the model takes (rows, 2)"),
        ("halves.npz", "has the label 3.5"),
    ] {
        folder.run(&["evaluate", "m.safetensors", file]).refused(&[file, words]);
    }
}

#[test]
fn one_row_is_enough() {
    let folder = Folder::new();
    let (description, weights) = identity(2, "softmax", Some(&[3, 8]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder.archive("one.npz", &array![[1.0, 2.0]], &array![8]);
    folder.write("one.csv", "1,2,8\n");
    for data in ["one.npz", "one.csv"] {
        let ran = folder.run(&["evaluate", "m.safetensors", data]).ended(0);
        assert!(ran.stdout.contains("accuracy 100.0% (1/1)"), "{}", ran.stdout);
    }
}

/// The model has not seen the test part of an archive with its own split.
#[test]
fn an_archive_s_own_test_part_is_what_is_evaluated() {
    let folder = Folder::new();
    let (description, weights) = identity(2, "softmax", Some(&[0, 1]));
    folder.write("m.safetensors", identity_file(&description, &weights));
    let file = std::fs::File::create(folder.path("d.npz")).unwrap();
    let mut archive = ndarray_npy::NpzWriter::new(file);
    archive.add_array("X_train", &array![[1.0, 0.0], [0.0, 1.0]]).unwrap();
    archive.add_array("y_train", &array![0, 1]).unwrap();
    archive.add_array("X_test", &array![[1.0, 0.0], [3.0, 1.0], [0.0, 1.0]]).unwrap();
    archive.add_array("y_test", &array![0, 1, 1]).unwrap();
    archive.finish().unwrap();
    let ran = folder.run(&["evaluate", "m.safetensors", "d.npz"]).ended(0);
    assert!(ran.stdout.starts_with("made on d.npz: 3 test rows\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("accuracy 66.7% (2/3)"), "{}", ran.stdout);
    let ran = folder.run(&["predict", "m.safetensors", "d.npz"]).ended(0);
    assert_eq!(ran.stdout.lines().count(), 1 + 3);
}
