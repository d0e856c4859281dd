//! Ctrl-C, SIGTERM, and a terminal that closes.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::stopped::{EPOCHS, assert_same_end, lines, parameters, read_lines, signal, started};
use crate::support::{Folder, Ran};

#[test]
fn a_signal_leaves_a_checkpoint_and_the_command_that_goes_on() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    folder.train(&own, "whole", &[]).ended(0);
    let file = own.to_str().unwrap();
    for name in ["-INT", "-TERM", "-HUP"] {
        let run = format!("run{name}");
        let train = ["train", file, "--backend", "cpu", "--out", &run];
        let (child, _) = started(&folder, &train, 3);
        signal(&child, name);
        let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
        let summary = folder.json(&format!("{run}/summary.json"));
        let epoch = summary["epochs"].as_u64().unwrap();
        assert!(epoch < u64::from(EPOCHS), "it was stopped on the way: {epoch}");
        ran.says(&[
            "stopping after this epoch",
            &format!("error: interrupted after epoch {epoch}; the best weights so far (epoch "),
            &format!("; go on after epoch {epoch}: gpu-mlp train --resume {run}\n"),
        ]);
        assert_eq!(summary["stop_reason"], "interrupted");
        assert!(folder.list(&run).contains(&"checkpoint.safetensors".to_string()));
        let ran = folder.run(&["train", "--resume", &run, "--json"]).ended(0);
        ran.says(&[
            &format!("resumed: after epoch {epoch}\n"),
            "device: cpu (DEVICE: found \"cpu\")",
        ]);
        let first: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(first["epoch"], epoch + 1, "no epoch is trained again");
        assert_same_end(&folder, &run, "whole");
    }
}

#[test]
fn a_second_signal_ends_at_once_and_the_run_goes_on_from_its_last_checkpoint() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    folder.train(&own, "whole", &[]).ended(0);
    let file = own.to_str().unwrap();
    let train = ["train", file, "--backend", "cpu", "--out", "run", "--checkpoint-every", "2"];
    // The pipe that nobody reads fills up, so that the epoch under way does not end.
    let (mut child, _) = started(&folder, &train, 2);
    let history = folder.path("run/history.csv");
    let mut before = 0;
    while before != lines(&history) {
        before = lines(&history);
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    signal(&child, "-INT");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("stopping after this epoch") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it is told of");
    }
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(!folder.path("run/summary.json").exists());
    folder.run(&["train", "--resume", "run"]).ended(0).says(&["resumed: after epoch "]);
    assert_same_end(&folder, "run", "whole");
}

/// As `nohup` starts it.
#[test]
fn a_run_that_was_told_to_outlive_its_terminal_does() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    let train = ["train", own.to_str().unwrap(), "--backend", "cpu", "--out", "run", "--json"];
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_gpu-mlp")]);
    command.args(train).current_dir(folder.path("")).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let (mut child, read) = read_lines(command, 3);
    signal(&child, "-HUP");
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(read.len() + rest.lines().count() <= EPOCHS as usize);
    assert_eq!(folder.json("run/summary.json")["stop_reason"], "max_epochs");
}
