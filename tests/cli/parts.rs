//! The messages about an archive's own validation rows, and about arrays that are not used.

use std::fs::File;

use ndarray::Array1;
use ndarray_npy::NpzWriter;
use serde_json::json;

use crate::support::{Folder, inputs, labels};

#[test]
fn an_archive_s_own_validation_rows_are_those_of_the_run_and_unused_arrays_are_named() {
    let folder = Folder::new();
    let mut archive = NpzWriter::new(File::create(folder.path("d.npz")).unwrap());
    for (part, rows) in [("train", 20), ("val", 6), ("test", 8)] {
        archive.add_array(format!("x_{part}"), &inputs(rows, 4)).unwrap();
        archive.add_array(format!("y_{part}"), &labels(rows)).unwrap();
    }
    archive.add_array("groups", &Array1::<i64>::zeros(34)).unwrap();
    archive.finish().unwrap();
    // Patience watches the archive's validation rows, though SPLIT makes none.
    let own = folder.parameters(json!({
        "NPZ_DATASET": "d.npz", "LAYER_SIZES": [4, 3, 2], "SPLIT": [1.0, 0.0], "ACC_PATIENCE": 9,
    }));
    let ran = folder.train(&own, "run", &[]).ended(0);
    ran.says(&["d.npz: not used: groups (int64, 34)\n", "so SPLIT is not used"]);
    assert_eq!(
        folder.json("run/summary.json")["rows"],
        json!({"train": 20, "validation": 6, "test": 8})
    );
    let predict = ["predict", "run/model.safetensors", "d.npz"];
    let ran = folder.run(&predict).ended(0);
    assert_eq!(ran.stdout.lines().count(), 9);
    ran.says(&[
        "the rows are those of array x_test; not used: x_train, y_train, x_val, y_val, groups",
    ]);
}

#[test]
fn test_rows_alone_are_enough_for_an_evaluation_and_not_for_training() {
    let folder = Folder::new();
    let (x, y) = (inputs(34, 4), labels(34));
    folder.archive("d.npz", &x, &y);
    let own = folder.parameters(json!({"NPZ_DATASET": "d.npz", "LAYER_SIZES": [4, 3, 2]}));
    folder.train(&own, "run", &[]).ended(0);
    let mut archive = NpzWriter::new(File::create(folder.path("test.npz")).unwrap());
    archive.add_array("X_test", &x).unwrap();
    archive.add_array("y_test", &y).unwrap();
    archive.add_array("weights_test", &y.mapv(|label| label as f64 + 1.0)).unwrap();
    archive.finish().unwrap();
    let of = |data: &str| folder.run(&["evaluate", "run", data, "--json"]).ended(0);
    let ran = of("test.npz");
    // Every row of an evaluation counts the same.
    ran.says(&["test.npz: not used: weights_test (float64, 34)\n"]);
    assert_eq!(ran.stdout, of("d.npz").stdout);
    let ran = folder.run(&["predict", "run", "test.npz"]).ended(0);
    assert_eq!((ran.stdout.lines().count(), &*ran.stderr), (35, ""));
    let own = folder.parameters(json!({"NPZ_DATASET": "test.npz", "LAYER_SIZES": [4, 3, 2]}));
    folder
        .train(&own, "other", &[])
        .refused(&["test.npz: found X_test and y_test but not X_train and y_train"]);
}
