//! A forecast from files: training, its figures, predictions of what comes next, evaluations.

use std::fs::File;

use gpu_mlp::Model;
use ndarray::{Array1, Array2, Array3, s};
use ndarray_npy::NpzWriter;
use serde_json::{Value, json};

use crate::support::{Folder, unbroken};

const MOMENTS: usize = 80;
const WINDOW: usize = 6;

fn features() -> Array2<f64> {
    Array2::from_shape_fn((MOMENTS, 2), |(t, feature)| (t as f64 * (0.4 + feature as f64)).sin())
}

fn target() -> Array1<f64> {
    Array1::from_shape_fn(MOMENTS, |t| 50.0 + (t as f64 * 0.4 - 0.8).sin() * 3.0)
}

/// Names and, where they are wanted, groups.
fn archive(folder: &Folder, name: &str, moments: usize, groups: Option<&[i64]>) {
    let mut archive = NpzWriter::new(File::create(folder.path(name)).unwrap());
    archive.add_array("X", &features().slice(s![..moments, ..])).unwrap();
    archive.add_array("y", &target().slice(s![..moments])).unwrap();
    if let Some(groups) = groups {
        archive.add_array("site", &Array1::from(groups[..moments].to_vec())).unwrap();
    }
    archive.finish().unwrap();
}

fn csv(moments: usize, header: &str) -> String {
    let mut text = header.to_owned();
    for (row, y) in features().outer_iter().zip(target()).take(moments) {
        text += &format!("{},{},{y}\n", row[0], row[1]);
    }
    text
}

fn train(folder: &Folder, more: Value) {
    let mut keys = json!({
        "NPZ_DATASET": "series.npz", "LAYER_SIZES": null, "LAYER_ACTS": null, "LR": 0.05, "MAX_EPOCHS": 20,
        "WINDOW": WINDOW, "HORIZON": [1, 2],
        "LAYERS": [{"type": "gru", "units": 4}, {"type": "dense", "units": 2, "activation": "linear"}],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    let own = folder.parameters(keys);
    folder.train(&own, "run", &[]).ended(0);
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(',').map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn predictions_continue_from_the_last_window_of_any_file() {
    let folder = Folder::new();
    archive(&folder, "series.npz", MOMENTS, None);
    train(&folder, json!({}));
    let predicted = folder.run(&["predict", "run", "series.npz"]).ended(0).stdout;
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!(lines[0], "target+1,target+2");
    assert_eq!(lines.len(), 2);
    folder.write("named.csv", csv(MOMENTS, "a,b,y\n"));
    folder.write("plain.csv", csv(MOMENTS, ""));
    for file in ["named.csv", "plain.csv"] {
        assert_eq!(folder.run(&["predict", "run", file]).ended(0).stdout, predicted, "{file}");
    }
    // The same window by hand.
    let model = Model::read(folder.path("run/model.safetensors")).unwrap();
    let first = MOMENTS - WINDOW;
    let window = Array3::from_shape_fn((1, 3, WINDOW), |(_, channel, t)| match channel {
        2 => target()[first + t],
        feature => features()[[first + t, feature]],
    });
    let by_hand = model.predict(window.view()).unwrap();
    for (value, expected) in numbers(lines[1]).into_iter().zip(&by_hand) {
        assert!((value - expected).abs() < 1e-4, "{value} {expected}");
        // Close to the last value, which is around 50: a change alone would be around 0.
        assert!((value - 50.0).abs() < 8.0, "{value}");
    }
    folder.write("short.csv", csv(WINDOW - 1, "a,b,y\n"));
    let refused = folder.run(&["predict", "run", "short.csv"]).ended(2);
    refused.says(&["short.csv: has 5 rows, and a window of the model takes 6"]);
}

#[test]
fn figures_are_of_values_and_the_same_in_every_command() {
    let folder = Folder::new();
    archive(&folder, "series.npz", MOMENTS, None);
    train(&folder, json!({"SPLIT": [1, 0]}));
    let own = folder.run(&["evaluate", "run", "--json"]).ended(0).stdout;
    let own: Value = serde_json::from_str(&own).unwrap();
    folder.write("series.csv", csv(MOMENTS, "a,b,y\n"));
    for file in ["series.npz", "series.csv"] {
        let found = folder.run(&["evaluate", "run", file, "--json"]).ended(0).stdout;
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["rows"], json!(MOMENTS + 1 - WINDOW - 2));
        for figure in ["loss", "r2", "rmse", "mae"] {
            let [own, found] = [&own["train"], &found].map(|of| of[figure].as_f64().unwrap());
            assert!((own - found).abs() < 1e-5 * own.abs(), "{file}, {figure}: {own} {found}");
        }
    }
    let inspected = folder.run(&["inspect", "run/model.safetensors"]).ended(0);
    assert!(
        inspected
            .stdout
            .contains("windows of 6 rows, 1 and 2 rows ahead, changes from the last value"),
        "{}",
        inspected.stdout
    );
}

#[test]
fn groups_end_windows_in_every_command() {
    let folder = Folder::new();
    let groups: Vec<i64> = (0..MOMENTS as i64).map(|t| t / 20).collect();
    archive(&folder, "series.npz", MOMENTS, Some(&groups));
    train(&folder, json!({"GROUPS": "site", "SPLIT": [1, 0]}));
    let found = folder.run(&["evaluate", "run", "series.npz", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    // Of 20 moments 13 windows of 6 have both targets.
    assert_eq!(found["rows"], json!(4 * 13));
    let own = folder.run(&["evaluate", "run", "--json"]).ended(0).stdout;
    let own: Value = serde_json::from_str(&own).unwrap();
    for figure in ["loss", "r2", "rmse"] {
        let [own, found] = [&own["train"], &found].map(|of| of[figure].as_f64().unwrap());
        assert!((own - found).abs() < 1e-5 * own.abs(), "{figure}: {own} {found}");
    }
    folder.run(&["predict", "run", "series.npz"]).ended(0);
    archive(&folder, "cut.npz", 63, Some(&groups));
    let refused = folder.run(&["predict", "run", "cut.npz"]).ended(2);
    refused.says(&["cut.npz: its last 6 rows belong to several groups"]);
    archive(&folder, "plain.npz", MOMENTS, None);
    let refused = folder.run(&["evaluate", "run", "plain.npz"]).ended(2);
    refused.says(&["GROUPS: found \"site\", and the archive has no such array"]);
}

#[test]
fn a_forecast_without_the_targets_past_reads_features_alone() {
    let folder = Folder::new();
    archive(&folder, "series.npz", MOMENTS, None);
    train(&folder, json!({"AUTOREGRESSIVE": false}));
    let predicted = folder.run(&["predict", "run", "series.npz"]).ended(0).stdout;
    let text: String = csv(MOMENTS, "")
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    folder.write("features.csv", text);
    assert_eq!(folder.run(&["predict", "run", "features.csv"]).ended(0).stdout, predicted);
    let value = numbers(predicted.lines().nth(1).unwrap())[0];
    assert!((value - 50.0).abs() < 8.0, "{value}");
}

#[test]
fn files_with_other_targets_than_the_model_are_refused() {
    let folder = Folder::new();
    let mut two = NpzWriter::new(File::create(folder.path("series.npz")).unwrap());
    two.add_array("X", &features()).unwrap();
    let both = Array2::from_shape_fn((MOMENTS, 2), |(t, k)| target()[t] * (k + 1) as f64);
    two.add_array("y", &both).unwrap();
    two.finish().unwrap();
    let layers = json!([{"type": "gru", "units": 3}, {"type": "dense", "activation": "linear"}]);
    train(&folder, json!({"LAYERS": layers}));
    archive(&folder, "one.npz", MOMENTS, None);
    for command in ["predict", "evaluate"] {
        let refused = folder.run(&[command, "run", "one.npz"]).ended(2);
        refused.says(&["one.npz: has 1 target per row; the model takes 2"]);
    }
    let folder = Folder::new();
    folder.write("few.csv", csv(WINDOW, "a,b,y\n"));
    archive(&folder, "series.npz", MOMENTS, None);
    train(&folder, json!({}));
    let refused = folder.run(&["evaluate", "run", "few.csv"]).ended(2);
    refused.says(&["take 8, and there are 6; give it as many at least"]);
}

#[test]
fn groups_count_where_the_targets_past_does_not() {
    let folder = Folder::new();
    let groups: Vec<i64> = (0..MOMENTS as i64).map(|t| t / 20).collect();
    archive(&folder, "series.npz", MOMENTS, Some(&groups));
    train(&folder, json!({"GROUPS": "site", "AUTOREGRESSIVE": false, "SPLIT": [1, 0]}));
    let ran = folder.run(&["predict", "run", "series.npz"]).ended(0);
    assert!(!ran.stderr.contains("site"), "{}", ran.stderr);
    archive(&folder, "cut.npz", 63, Some(&groups));
    let refused = folder.run(&["predict", "run", "cut.npz"]).ended(2);
    refused.says(&["cut.npz: its last 6 rows belong to several groups"]);
    archive(&folder, "plain.npz", MOMENTS, None);
    let refused = folder.run(&["predict", "run", "plain.npz"]).ended(2);
    refused.says(&["GROUPS: found \"site\", and the archive has no such array"]);
    let inspected = folder.run(&["inspect", "run"]).ended(0).stdout;
    assert!(unbroken(&inspected).contains("without the targets' past"), "{inspected}");
}
