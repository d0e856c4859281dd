//! Runs that can't be resumed, and their refusals.

use serde_json::json;

use crate::stopped::{assert_same_end, lines, parameters, stop_at_the_end};
use crate::support::{Folder, without_seconds};

/// run/: stopped after 6 of 8 epochs, as a killed process leaves it; whole/: the same run to its end.
pub fn stopped_run() -> Folder {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({"MAX_EPOCHS": 8}));
    folder.train(&own, "whole", &[]).ended(0);
    stop_at_the_end(&folder, &own, "run", "3");
    assert_eq!(folder.list("run"), ["checkpoint.safetensors", "history.csv", "params.json"]);
    folder
}

const RESUME: [&str; 3] = ["train", "--resume", "run"];

#[test]
fn lines_after_the_checkpoint_and_half_a_line_are_cut_off() {
    let folder = stopped_run();
    assert_eq!(lines(&folder.path("run/history.csv")), 9);
    let torn = folder.read("run/history.csv") + "9,0.12";
    folder.write("run/history.csv", torn);
    folder.write("run/checkpoint.safetensors.partial", "half a file");
    folder.write("run/.checkpoint.safetensors.Ab12Cd.partial", "half a file");
    folder.run(&RESUME).ended(0).says(&["resumed: after epoch 6\n"]);
    assert_same_end(&folder, "run", "whole");
}

#[test]
fn without_a_checkpoint_the_run_begins_at_epoch_1() {
    let folder = stopped_run();
    std::fs::remove_file(folder.path("run/checkpoint.safetensors")).unwrap();
    for history in [None, Some("epoch,tra"), Some("nonsense")] {
        match history {
            None => std::fs::remove_file(folder.path("run/history.csv")).unwrap(),
            Some(text) => drop(folder.write("run/history.csv", text)),
        }
        let ran = folder.run(&RESUME).ended(0);
        ran.says(&["resumed: there is no checkpoint yet, so the run begins at epoch 1\n"]);
        assert_same_end(&folder, "run", "whole");
        std::fs::remove_file(folder.path("run/summary.json")).unwrap();
    }
}

#[test]
fn a_run_that_has_ended_is_refused_and_stays_as_it_is() {
    let folder = stopped_run();
    let before = folder.read("whole/history.csv");
    folder.run(&["train", "--resume", "whole"]).refused(&[
        "--resume whole: this run has ended (summary.json: max_epochs), nothing is left to do",
        "--set MAX_EPOCHS=",
    ]);
    assert_eq!(folder.read("whole/history.csv"), before);
}

#[test]
fn what_is_no_run_is_refused() {
    let folder = Folder::new();
    folder
        .run(&["train", "--resume", "none"])
        .refused(&["--resume none: there is no such directory"]);
    folder.write("empty/params.json.partial", "{");
    let ran = folder.run(&["train", "--resume", "empty"]);
    ran.refused(&["--resume empty: params.json is missing", "gpu-mlp train FILE --out DIR"]);
    // And a run can be begun there.
    folder.train(&folder.parameters(json!({})), "empty", &[]).ended(0);
}

#[test]
fn what_is_missing_is_named() {
    let folder = stopped_run();
    let history = folder.read("run/history.csv");
    let whole: Vec<&str> = history.lines().collect();
    for (text, missing) in [
        (
            whole[..4].join("\n"),
            "history.csv: the line of epoch 3 is missing, but the checkpoint is of epoch 6",
        ),
        (whole[1..].join("\n") + "\n", "history.csv: its header is missing"),
        ([&whole[..2], &whole[3..]].concat().join("\n"), "the line of epoch 2 is missing"),
        ("x".repeat(1 << 20), "history.csv: its header is missing"),
    ] {
        folder.write("run/history.csv", text);
        folder.run(&RESUME).refused(&[missing, "the run begins again at its first epoch"]);
    }
    std::fs::remove_file(folder.path("run/history.csv")).unwrap();
    folder.run(&RESUME).refused(&["run/history.csv: can't be read: "]);
    folder.write("run/history.csv", history);
    folder.write("run/summary.json", "{}");
    folder.run(&RESUME).refused(&["summary.json: is no summary of a run; remove it"]);
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let folder = stopped_run();
    let own = folder.read("run/params.json");
    folder.write("run/params.json", own.replace("\"MAX_EPOCHS\": 8", "\"MAX_EPOCHS\": 9"));
    folder.run(&RESUME).refused(&[
        "run/checkpoint.safetensors: belongs to another params.json than the one beside it",
    ]);
    folder.write("run/params.json", own);
    let model = folder.bytes("whole/model.safetensors");
    let checkpoint = folder.bytes("run/checkpoint.safetensors");
    folder.write("run/checkpoint.safetensors", model);
    folder.run(&RESUME).refused(&["run/checkpoint.safetensors: is no checkpoint of gpu-mlp"]);
    // A checkpoint is no model either.
    folder.write("model.safetensors", checkpoint);
    folder.run(&["inspect", "model.safetensors"]).refused(&["no model of gpu-mlp"]);
}

#[test]
fn changed_data_are_refused() {
    let folder = stopped_run();
    let own = folder.read("run/params.json");
    let iris = crate::support::repository("datasets/iris.npz").canonicalize().unwrap();
    let wine = crate::support::repository("datasets/wine.npz").canonicalize().unwrap();
    folder.write("run/params.json", own.replace(iris.to_str().unwrap(), wine.to_str().unwrap()));
    folder
        .run(&RESUME)
        .refused(&["DATASET_SHA256", "the data are not those of that run; restore them\n"]);
}

#[test]
fn a_run_whose_data_moved_goes_on_once_its_params_json_names_their_place() {
    let folder = Folder::new();
    std::fs::copy(crate::support::repository("datasets/iris.npz"), folder.path("a.npz")).unwrap();
    let own = parameters(&folder, &json!({"MAX_EPOCHS": 8, "NPZ_DATASET": folder.path("a.npz")}));
    folder.train(&own, "whole", &[]).ended(0);
    stop_at_the_end(&folder, &own, "run", "3");
    std::fs::rename(folder.path("a.npz"), folder.path("b.npz")).unwrap();
    folder.run(&RESUME).refused(&["run/params.json: DATASET: found ", "there is no such file"]);
    let keys = folder.read("run/params.json");
    folder.write("run/params.json", keys.replace("a.npz", "b.npz"));
    folder.run(&RESUME).ended(0).says(&["resumed: after epoch 6\n"]);
    let history = |run: &str| folder.read(&format!("{run}/history.csv"));
    assert_eq!(without_seconds(&history("run")), without_seconds(&history("whole")));
}

#[test]
fn a_run_that_goes_on_takes_no_other_settings() {
    let folder = stopped_run();
    for more in [&["own.json"][..], &["--set", "LR=1"], &["--out", "x"], &["--trace-first-step"]] {
        folder.run(&[&RESUME[..], more].concat()).refused(&["cannot be used with"]);
    }
    folder.run(&[&RESUME[..], &["--checkpoint-every", "0"]].concat()).refused(&["0 is not in 1.."]);
}

/// Two processes that append to one history would spoil it.
#[cfg(unix)]
#[test]
fn a_run_that_is_under_way_is_refused() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    let train = ["train", own.to_str().unwrap(), "--backend", "cpu", "--out", "run"];
    let (mut child, _) = crate::stopped::started(&folder, &train, 1);
    folder.run(&RESUME).refused(&["--resume run: another process is writing this run"]);
    child.kill().unwrap();
    child.wait().unwrap();
    folder.run(&RESUME).ended(0);
}
