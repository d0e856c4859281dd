//! Runs that do not reach their end.

use serde_json::json;

use crate::support::{Folder, Ran};

/// Linear layers and a loss without bounds.
fn diverging(folder: &Folder, learning_rate: f64) -> std::path::PathBuf {
    folder.parameters(json!({
        "NPZ_DATASET": crate::support::repository("datasets/diabetes.npz"),
        "LAYER_SIZES": [10, 8, 1],
        "LAYER_ACTS": ["-", "linear", "linear"],
        "LR": learning_rate,
        "MAX_EPOCHS": 200,
    }))
}

#[test]
fn a_run_that_diverges_at_once_says_where_and_saves_no_weights() {
    let folder = Folder::new();
    let ran = folder.train(&diverging(&folder, 1e20), "run", &[]).ended(1);
    ran.says(&[
        "error: the loss is not finite from step ",
        " of epoch 1 on; no weights were saved",
        "GRAD_CLIP",
    ]);
    assert_eq!(folder.list("run"), ["history.csv", "params.json", "summary.json"]);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["stop_reason"], "not_finite");
    assert!(summary["best_epoch"].is_null() && summary.get("train").is_none());
}

#[test]
fn a_run_that_diverges_later_keeps_its_best_weights() {
    let folder = Folder::new();
    let own = diverging(&folder, 0.1);
    // Slow enough for a good epoch, fast enough to be lost later.
    let ran = folder.train(&own, "run", &["--set", "LR=0.9", "--set", "BATCH_SIZE=309"]).ended(1);
    ran.says(&["error: the ", "is not finite", "the best weights so far (epoch "]);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["stop_reason"], "not_finite");
    assert!(summary["best_epoch"].as_u64() < summary["epochs"].as_u64());
    assert!(folder.path("run/model.safetensors").exists());
}

/// Sends SIGINT once the first line of the table is there.
#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_its_best_weights() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let folder = Folder::new();
    let file = crate::support::repository("params/digits_custom.json");
    let arguments = ["train", file.to_str().unwrap(), "--backend", "cpu", "--out", "run", "--json"];
    // Narrower than the file's layers: an epoch takes a part of a second.
    let narrow = ["--set", "LAYER_SIZES=[64,32,16,10]", "--set", "MAX_EPOCHS=4294967294"];
    let mut command = folder.command(&[&arguments[..], &narrow[..]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"epoch\":1,"), "{line}");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    stdout.read_to_string(&mut line).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
    ran.says(&["stopping after this epoch", "error: interrupted after epoch ", "are in run"]);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["stop_reason"], "interrupted");
    assert_eq!(
        folder.list("run"),
        [
            "checkpoint.safetensors",
            "history.csv",
            "model.safetensors",
            "params.json",
            "summary.json"
        ]
    );
    let epochs = summary["epochs"].as_u64().unwrap() as usize;
    assert_eq!(folder.read("run/history.csv").lines().count(), 1 + epochs);
    assert_eq!(line.lines().count(), epochs);
}
