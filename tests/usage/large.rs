//! Many rows and many classes: little memory, or a refusal.

use ndarray::{Array1, Array2};
use serde_json::{Value, json};

use crate::made::model;
use crate::support::Folder;

/// m.safetensors: a layer on one input, whose class k has the logit k · x.
fn of_classes(folder: &Folder, classes: usize, label: fn(i64) -> i64) {
    let description = json!({
        "format": "gpu-mlp", "version": 1, "task": "classification", "dataset": "made", "best_epoch": 1,
        "input_shape": [1],
        "layers": [{ "type": "dense", "units": classes, "activation": "softmax" }],
        "inputs": { "shift": [0.0], "scale": [1.0] },
        "targets": null,
        "labels": (0..classes as i64).map(label).collect::<Vec<_>>(),
    });
    let weights: Vec<f32> = (0..classes).map(|class| class as f32).collect();
    let bias = vec![0.0; classes];
    let tensors = [
        ("layers.0.weight", &[classes, 1][..], &weights[..]),
        ("layers.0.bias", &[classes], &bias),
    ];
    folder.write("m.safetensors", model(&description, &tensors));
}

/// data.npz: rows whose input is 1 or -1, so that the last class or the first is predicted.
fn rows(folder: &Folder, rows: usize, label: impl Fn(usize) -> i64) {
    let x =
        Array2::from_shape_fn((rows, 1), |(row, _)| if row.is_multiple_of(2) { 1.0 } else { -1.0 });
    folder.archive("data.npz", &x, &(0..rows).map(label).collect::<Array1<i64>>());
}

/// To keep the predictions would take 480 MB, and as much again to join them. Other tests of this process may have
/// children of 256 MB.
#[cfg(target_os = "linux")]
#[test]
fn no_prediction_of_an_evaluation_is_kept() {
    use nix::sys::resource::{UsageWho, getrusage};
    let folder = Folder::new();
    of_classes(&folder, 200, |class| class);
    rows(&folder, 300_000, |row| (row % 200) as i64);
    let ran = folder.run(&["evaluate", "m.safetensors", "data.npz", "--json"]).ended(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    // Even labels are taken for 199, odd ones for 0.
    assert_eq!((&found["rows"], &found["correct"]), (&json!(300_000), &json!(0)));
    assert_eq!(found["confusion"][2][199], 1500);
    let most = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() * 1024;
    assert!(most < 320 << 20, "{most} bytes");
}

#[test]
fn of_many_classes_the_pairs_that_occur_are_listed() {
    let folder = Folder::new();
    of_classes(&folder, 1001, |class| 2 * class);
    rows(&folder, 4, |row| [2000, 0, 6, 8][row]);
    let ran = folder.run(&["evaluate", "m.safetensors", "data.npz", "--json"]).ended(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found.get("confusion"), None);
    assert_eq!(found["confused"], json!([[0, 0, 1], [6, 2000, 1], [8, 0, 1], [2000, 2000, 1]]));
    assert_eq!((&found["correct"], &found["accuracy"]), (&json!(2), &json!(0.5)));
}

#[test]
fn more_classes_than_can_be_counted_are_refused_and_predicted_all_the_same() {
    let folder = Folder::new();
    of_classes(&folder, 100_000, |class| class);
    rows(&folder, 2, |row| row as i64);
    folder.run(&["evaluate", "m.safetensors", "data.npz"]).refused(&[
        "an evaluation of 100000 classes counts 100000 x 100000 pairs",
        "are available",
        "use predict",
    ]);
    let ran = folder.run(&["predict", "m.safetensors", "data.npz"]).ended(0);
    let classes: Vec<&str> =
        ran.stdout.lines().skip(1).map(|line| line.split_once(',').unwrap().0).collect();
    assert_eq!(classes, ["99999", "0"]);
}

#[test]
fn a_table_of_classes_has_eighty_columns() {
    for (classes, label) in
        [(20, (|class| class) as fn(i64) -> i64), (12, |class| 1_000_000_000 + class)]
    {
        let folder = Folder::new();
        of_classes(&folder, classes, label);
        rows(&folder, 30, |row| label((row % classes) as i64));
        let text = folder.run(&["evaluate", "m.safetensors", "data.npz"]).ended(0).stdout;
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.contains("by predicted class"), classes == 20, "{text}");
        assert_eq!(text.contains("12 classes: --json has the confusion"), classes == 12, "{text}");
    }
}
