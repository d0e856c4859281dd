//! Standard output: JSON lines, the trace of the first step, and a reader that goes away.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Folder, Ran, repository};

#[test]
fn json_lines_are_the_history_and_nothing_else() {
    json_lines_are_the_history(&[], "seconds");
    json_lines_are_the_history(&["--set", "LR_SCHEDULE=cosine"], "learning_rate");
}

fn json_lines_are_the_history(more: &[&str], last: &str) {
    let folder = Folder::new();
    let more = [&["--json"], more].concat();
    let ran = folder.train(&repository("params/iris.json"), "run", &more).ended(0);
    let history = folder.read("run/history.csv");
    let mut rows = history.lines();
    let columns: Vec<&str> = rows.next().unwrap().split(',').collect();
    assert_eq!(columns.last(), Some(&last));
    assert_eq!(ran.stdout.lines().count(), rows.clone().count());
    for (line, row) in ran.stdout.lines().zip(rows) {
        let object: Value = serde_json::from_str(line).unwrap();
        let object = object.as_object().unwrap();
        assert!(object.keys().eq(&columns), "{line}");
        let values: Vec<String> = object.values().map(ToString::to_string).collect();
        assert_eq!(values.join(","), row);
    }
}

/// 105 rows in batches of 8: 14 steps of each of 3 epochs. A run that is resumed keeps its columns.
#[test]
fn a_rate_that_falls_has_the_last_column_and_a_line_of_the_header() {
    let folder = Folder::new();
    let own = folder.parameters(json!({"LR_SCHEDULE": "Cosine(0.01)"}));
    let ran = folder.train(&own, "run", &[]).ended(0);
    ran.says(&[
        "    LR_SCHEDULE: \"cosine(0.01)\"\n",
        "learning rate: from 0.1 to 0.01 by half a cosine, over 42 steps\n",
    ]);
    let ends = |text: &str, between: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains(between));
        lines.map(|line| line.rsplit(between).next().unwrap().trim().to_string()).collect()
    };
    assert_eq!(ends(&ran.stdout, "|"), ["LR", "8.03e-02", "3.55e-02", "1.01e-02"]);
    let history = folder.read("run/history.csv");
    for (cell, t) in ends(&history, ",")[1..].iter().zip([14, 28, 42]) {
        let cosine = (std::f64::consts::PI * f64::from(t - 1) / 42.0).cos();
        let expected = 0.01 + 0.09 * (1.0 + cosine) / 2.0;
        assert!((cell.parse::<f64>().unwrap() - expected).abs() < 1e-15, "{cell} {expected}");
    }
    assert_eq!(folder.json("run/params.json")["parameters"]["LR_SCHEDULE"], "cosine(0.01)");
    let inspected = folder.run(&["inspect", "run"]).ended(0).stdout;
    assert!(inspected.contains("\"LR_SCHEDULE\":\"cosine(0.01)\""), "{inspected}");
    let constant = folder.train(&own, "constant", &["--set", "LR_SCHEDULE=null"]).ended(0);
    assert!(!constant.stderr.contains("learning rate") && constant.stdout.contains("|  Pat.\n"));
}

#[test]
fn without_validation_rows_their_cells_are_empty_and_null() {
    let folder = Folder::new();
    let own = folder.parameters(json!({"SPLIT": [1, 0]}));
    let ran = folder.train(&own, "run", &["--json"]).ended(0);
    for line in ran.stdout.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert!(object["val_loss"].is_null() && object["train_loss"].is_f64(), "{line}");
    }
    assert!(folder.read("run/history.csv").contains(",,,,"));
    let summary = folder.json("run/summary.json");
    assert!(summary.get("validation").is_none());
    // The last weights are kept.
    assert_eq!(summary["best_epoch"], 3);
}

#[test]
fn the_trace_prints_every_quantity_of_the_first_step_with_its_shape() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    let ran = folder.train(&own, "run", &["--trace-first-step"]).ended(0);
    for quantity in [
        "x (8, 4)",
        "z1 (8, 5)",
        "a1 (8, 5)",
        "z2 (8, 3)",
        "delta1 (8, 5)",
        "delta2 (8, 3)",
        "loss of each row (8)",
        "layers.0.weight (5, 4)",
        "gradient of layers.0.weight (5, 4)",
        "gradient of layers.1.bias (3)",
    ] {
        assert!(ran.stdout.lines().any(|line| line == quantity), "{quantity}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("Epoch |"), "the table follows");
    // The trace does not change the run.
    folder.train(&own, "plain", &[]).ended(0);
    let model = |run: &str| folder.bytes(&format!("{run}/model.safetensors"));
    assert_eq!(model("run"), model("plain"));
}

#[test]
fn json_and_the_trace_exclude_each_other() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    let ran = folder.train(&own, "run", &["--json", "--trace-first-step"]);
    ran.refused(&["--json", "--trace-first-step"]);
    assert_eq!(folder.list(""), ["own.json"]);
}

/// A full disk under standard output is an error; a reader that has gone is not.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_after_its_weights_are_saved() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let folder = Folder::new();
    let own = folder.parameters(json!({"MAX_EPOCHS": 30}));
    for (out, format) in [("table", None), ("lines", Some("--json"))] {
        let mut command = folder.command(&["train", own.to_str().unwrap(), "--out", out]);
        let ran = command.args(format).stdout(full()).output().unwrap();
        let place = format!("; the best weights so far are in {out}");
        Ran::from(ran).ended(1).says(&["error: can't write to standard output: ", &place]);
        assert!(folder.path(&format!("{out}/model.safetensors")).exists());
        let summary = folder.json(&format!("{out}/summary.json"));
        assert_eq!(
            (&summary["epochs"], &summary["stop_reason"]),
            (&1.into(), &"interrupted".into())
        );
        assert_eq!(folder.read(&format!("{out}/history.csv")).lines().count(), 2);
    }
    // A run that reached its end all the same can't be resumed.
    let last = ["train", own.to_str().unwrap(), "--set", "MAX_EPOCHS=1", "--out", "ended"];
    let ran = Ran::from(folder.command(&last).stdout(full()).output().unwrap()).ended(1);
    ran.says(&[
        "error: can't write to standard output: ",
        "; the run is at its end, and saved in ended\n",
    ]);
    assert!(!ran.stderr.contains("--resume"), "{}", ran.stderr);
    assert_eq!(folder.json("ended/summary.json")["stop_reason"], "max_epochs");
    let iris = repository("datasets/iris.npz");
    for arguments in [
        &["inspect", iris.to_str().unwrap()][..],
        &["inspect", "table/model.safetensors"],
        &["train", own.to_str().unwrap(), "--trace-first-step"],
    ] {
        let ran = folder.command(arguments).stdout(full()).output().unwrap();
        Ran::from(ran).ended(1).says(&["error: can't write to standard output: "]);
    }
}

#[test]
fn a_reader_that_goes_away_does_not_lose_the_run() {
    let folder = Folder::new();
    let own = folder.parameters(json!({"MAX_EPOCHS": 300}));
    for (out, format) in [("table", None), ("lines", Some("--json"))] {
        let mut command =
            folder.command(&["train", own.to_str().unwrap(), "--backend", "cpu", "--out", out]);
        command.args(format).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        Ran::from(child.wait_with_output().unwrap()).ended(0);
        assert_eq!(folder.read(&format!("{out}/history.csv")).lines().count(), 301);
        assert!(folder.path(&format!("{out}/model.safetensors")).exists());
    }
}
