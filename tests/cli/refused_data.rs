//! Data sets that are refused: exit code 2, one message, nothing written.

use std::io::Write;

use ndarray::{Array1, Array2, arr1};
use ndarray_npy::WriteNpyExt;
use serde_json::json;

use crate::support::{Folder, inputs, labels, repository};

/// Trains a 2-class network of two inputs on set.npz.
#[track_caller]
fn refused(folder: &Folder, words: &[&str]) {
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz", "LAYER_SIZES": [2, 2], "LAYER_ACTS": ["-", "softmax"],
    }));
    folder.train(&own, "run", &[]).refused(words);
    assert_eq!(folder.list(""), ["own.json", "set.npz"]);
}

#[test]
fn labels_that_are_no_classes() {
    let folder = Folder::new();
    folder.archive("set.npz", &inputs(4, 2), &arr1(&[0.0, 1.0, 0.5, 1.0]));
    refused(
        &folder,
        &["own.json", "the targets of set hold the label 0.5 in row 2", "whole numbers"],
    );
    folder.archive("set.npz", &inputs(4, 2), &arr1(&[1i64, 2, 3, 1]));
    refused(&folder, &["tells 2 classes apart", "has 3 (labels 1, 2, 3)"]);
    folder.archive("set.npz", &inputs(4, 2), &arr1(&[7i64, 7, 7, 7]));
    refused(&folder, &["tells 2 classes apart", "has 1 (labels 7)"]);
    folder.archive("set.npz", &inputs(4, 2), &arr1(&[0i64, 0, 0, 1]));
    refused(&folder, &["class 1 has 1 row, fewer than the 2 splits"]);
}

/// A model would refuse its own header, or read one column for two features.
#[test]
fn names_that_stand_twice() {
    let folder = Folder::new();
    let write = |features: [&str; 2], targets: [&str; 2], reals: bool| {
        let mut archive =
            zip::ZipWriter::new(std::fs::File::create(folder.path("set.npz")).unwrap());
        let mut add = |name: &str, bytes: Vec<u8>| {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(&bytes).unwrap();
        };
        let mut x = vec![];
        inputs(8, 2).write_npy(&mut x).unwrap();
        add("X.npy", x);
        let mut y = vec![];
        if reals {
            inputs(8, 2).write_npy(&mut y).unwrap();
        } else {
            labels(8).write_npy(&mut y).unwrap();
        }
        add("y.npy", y);
        for (name, names) in [("feature_names.npy", features), ("target_names.npy", targets)] {
            let header = "{'descr': '|S8', 'fortran_order': False, 'shape': (2,), }\n";
            let mut bytes = b"\x93NUMPY\x01\0".to_vec();
            bytes.extend((header.len() as u16).to_le_bytes());
            bytes.extend(header.bytes());
            names.iter().for_each(|name| bytes.extend(format!("{name:\0<8}").bytes()));
            add(name, bytes);
        }
        archive.finish().unwrap();
    };
    write(["a", " a"], ["no", "yes"], false);
    refused(
        &folder,
        &["the data set set", "\"a\" is name 0 of feature_names and name 1 of feature_names"],
    );
    write(["a", "b"], ["no", "no "], false);
    refused(&folder, &["\"no\" is name 0 of target_names and name 1 of target_names"]);
    let regression = |folder: &Folder| {
        let own = folder.parameters(json!({
            "NPZ_DATASET": "set.npz", "LAYER_SIZES": [2, 2], "LAYER_ACTS": ["-", "linear"],
        }));
        folder.train(&own, "run", &[])
    };
    write(["a", "b"], ["c", "a"], true);
    regression(&folder).refused(&["\"a\" is name 0 of feature_names and name 1 of target_names"]);
    write(["a", "b"], ["c", "d"], true);
    regression(&folder).ended(0);
    // A class may have the name of a feature: it is no column.
    write(["a", "b"], ["b", "c"], false);
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz", "LAYER_SIZES": [2, 2], "LAYER_ACTS": ["-", "softmax"],
    }));
    folder.train(&own, "classes", &[]).ended(0);
}

#[test]
fn rows_that_can_not_be_trained_on() {
    let folder = Folder::new();
    let mut gap = inputs(4, 2);
    gap[[3, 1]] = f64::NAN;
    folder.archive("set.npz", &gap, &labels(4));
    refused(&folder, &["set.npz: array X holds 1 value that is not finite", "row 3, column 1"]);
    folder.archive("set.npz", &inputs(1, 2), &labels(1));
    refused(&folder, &["set.npz: array X has one row"]);
    folder.archive("set.npz", &Array2::zeros((0, 2)), &labels(0));
    refused(&folder, &["set.npz: array X has zero rows"]);
    folder.archive("set.npz", &inputs(4, 3), &labels(4));
    refused(&folder, &["LAYER_SIZES: found [2, 2]; its first number has to be 3"]);
    folder.weighted_archive("set.npz", &inputs(4, 2), &labels(4), Some(&Array1::zeros(4)));
    refused(&folder, &["every weight in array sample_weight is zero"]);
    let mut one = Array1::zeros(4);
    one[2] = 1.0;
    folder.weighted_archive("set.npz", &inputs(4, 2), &labels(4), Some(&one));
    refused(&folder, &["sample_weight: every ", " row weighs 0"]);
    folder.weighted_archive("set.npz", &inputs(4, 2), &labels(4), Some(&(one * 2e12 + 1.0)));
    refused(&folder, &["sample_weight: row 2", "e12; allowed: 0, or from 1e-12 to 1e12"]);
    let mut tiny = inputs(4, 2) * 1e-40;
    folder.archive("set.npz", &tiny, &labels(4));
    refused(&folder, &["own.json: X: row 3, column ", "f32 can't hold"]);
    tiny.fill(0.0);
    tiny[[1, 1]] = 1e300;
    folder.archive("set.npz", &tiny, &labels(4));
    refused(&folder, &["own.json: X: row ", "column 1 ", "f32 can't hold"]);
}

#[test]
fn files_that_are_no_archive() {
    let folder = Folder::new();
    let mut array = vec![];
    inputs(4, 2).write_npy(&mut array).unwrap();
    folder.write("set.npz", array);
    refused(&folder, &["TARGET: missing", "the columns of the data: column_1, column_2"]);
    let iris = std::fs::read(repository("datasets/iris.npz")).unwrap();
    for length in [0, 3, 40, iris.len() / 2, iris.len() - 1] {
        folder.write("set.npz", &iris[..length]);
        refused(&folder, &["set.npz: "]);
    }
    folder.write("set.npz", "a text");
    refused(&folder, &["set.npz: "]);
}

#[test]
fn data_that_changed_since_the_run_are_refused() {
    let folder = Folder::new();
    folder.archive("set.npz", &inputs(8, 4), &(labels(8) + 1));
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz", "LAYER_SIZES": [4, 2],"LAYER_ACTS": ["-", "softmax"],
    }));
    folder.train(&own, "run", &[]).ended(0);
    folder.archive("set.npz", &inputs(9, 4), &labels(9));
    let again = folder.path("run/params.json");
    let words = ["params.json: DATASET_SHA256: found ", "the data are not those of that run"];
    folder.train(&again, "again", &[]).refused(&words);
    assert_eq!(folder.list(""), ["own.json", "run", "set.npz"]);
    folder.train(&again, "again", &["--set", "NPZ_SHA256=null"]).ended(0);
}
