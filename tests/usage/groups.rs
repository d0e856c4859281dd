//! Splits that keep groups of rows whole, from the archive's array to the evaluation of a run.

use std::fs::File;

use ndarray::Array1;
use ndarray_npy::NpzWriter;
use serde_json::{Value, json};

use crate::support::{self, Folder};

/// Twelve patients of five rows, half of them of each class.
fn folder(changes: Value) -> Folder {
    let folder = Folder::new();
    let mut archive = NpzWriter::new(File::create(folder.path("patients.npz")).unwrap());
    archive.add_array("X", &support::inputs(60, 3)).unwrap();
    archive.add_array("y", &Array1::from_shape_fn(60, |row| row as i64 / 5 % 2)).unwrap();
    archive.add_array("patient", &Array1::from_shape_fn(60, |row| 100 + row as i64 / 5)).unwrap();
    archive.finish().unwrap();
    let mut keys = json!({
        "NPZ_DATASET": "patients.npz", "LAYER_SIZES": [3, 4, 2], "LAYER_ACTS": ["-", "tanh", "softmax"],
        "LR": 0.1, "BATCH_SIZE": 10, "MAX_EPOCHS": 3, "SPLIT": [0.5, 0.25, 0.25], "GROUPS": "patient",
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    folder.parameters(keys);
    folder
}

#[test]
fn no_group_is_in_two_splits() {
    // Shares of whole groups, of three patients of each class and more: six, two or four, and the rest.
    let folder = folder(json!({}));
    let checked = folder.run(&["check", "own.json"]).ended(0).stdout;
    assert!(checked.contains("SPLIT_MODE: \"grouped\""), "{checked}");
    assert!(checked.contains("train: 30 rows (15 x class 0 | 15 x class 1)"), "{checked}");
    folder.train(&folder.path("own.json"), "run", &[]).ended(0);
    let keys = folder.json("run/params.json");
    assert_eq!(keys["parameters"]["SPLIT_MODE"], "grouped");
    assert_eq!(keys["parameters"]["GROUPS"], "patient");
    let found = folder.run(&["evaluate", "run", "--json"]).ended(0);
    assert!(!found.stderr.contains("patient"), "the array is used: {}", found.stderr);
}

#[test]
fn an_array_of_groups_that_is_not_there_is_named() {
    let folder = folder(json!({"GROUPS": "person"}));
    let refused = folder.run(&["check", "own.json"]).ended(2);
    refused.says(&["GROUPS: found \"person\"", "patient"]);
}

#[test]
fn too_few_groups_name_the_ways_out() {
    let folder = folder(json!({"GROUPS": "y", "SPLIT": [0.5, 0.5]}));
    let refused = folder.run(&["check", "own.json"]).ended(2);
    refused.says(&["class 0 is in 1 group", "STRATIFY to false", "(SPLIT)"]);
}
