//! A full disk: a limit on the size of files acts like one, for every user.

use std::process::Command;

use serde_json::json;

use crate::stopped::{assert_same_end, lines, parameters};
use crate::support::{Folder, Ran, binary};

/// Runs the binary where no file may be larger than `blocks` of 512 bytes.
fn limited(folder: &Folder, blocks: u32, arguments: &[&str]) -> std::process::Output {
    let script = format!("ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(binary()).args(arguments);
    command.current_dir(folder.path("")).output().unwrap()
}

fn train<'a>(own: &'a std::path::Path, run: &'a str) -> [&'a str; 8] {
    let own = own.to_str().unwrap();
    ["train", own, "--backend", "cpu", "--out", run, "--checkpoint-every", "5"]
}

#[test]
fn a_history_that_can_not_grow_ends_the_run_which_goes_on_once_there_is_room() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    folder.train(&own, "whole", &[]).ended(0);
    let ran = Ran::from(limited(&folder, 64, &train(&own, "run"))).ended(1);
    ran.says(&["error: can't write run/history.csv: ", "; the best weights so far are in"]);
    let whole = lines(&folder.path("run/history.csv")) - 1;
    assert!(whole >= 5);
    let saved = whole - whole % 5;
    ran.says(&[&format!("; go on after epoch {saved}: gpu-mlp train --resume run")]);
    assert!(folder.read("run/history.csv").ends_with('\n'), "no half line stays");
    folder.run(&["train", "--resume", "run"]).ended(0).says(&["resumed: after epoch "]);
    assert_same_end(&folder, "run", "whole");
}

#[test]
fn a_checkpoint_that_can_not_be_written_leaves_the_one_before_whole() {
    let folder = Folder::new();
    // A checkpoint of 4 · 4 · (5 · 3000 + 3 · 3001) bytes, a history of far less.
    let changes = json!({"LAYER_SIZES": [4, 3000, 3], "MAX_EPOCHS": 12});
    let own = parameters(&folder, &changes);
    folder.train(&own, "whole", &[]).ended(0);
    let output = limited(&folder, 64, &train(&own, "run"));
    let ran = Ran::from(output).ended(1);
    ran.says(&["error: can't write run/checkpoint.safetensors: ", "; begin it again at epoch 1: "]);
    assert!(!folder.list("run").iter().any(|file| file.contains(".partial")));
    assert_eq!(lines(&folder.path("run/history.csv")), 6);
    // The same after a checkpoint: it stays.
    crate::stopped::stop_at_the_end(&folder, &own, "later", "5");
    let before = folder.bytes("later/checkpoint.safetensors");
    let resume = ["train", "--resume", "later", "--checkpoint-every", "1"];
    let ran = Ran::from(limited(&folder, 64, &resume)).ended(1);
    ran.says(&["error: can't write later/checkpoint.safetensors: ", "; go on after epoch 10: "]);
    assert!(folder.bytes("later/checkpoint.safetensors") == before, "as it was");
    for run in ["run", "later"] {
        folder.run(&["train", "--resume", run]).ended(0);
        assert_same_end(&folder, run, "whole");
    }
}
