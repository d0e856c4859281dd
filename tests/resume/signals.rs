//! Ctrl-C, SIGTERM, and a terminal that closes.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::stopped::{EPOCHS, assert_same_end, lines, parameters, read_lines, signal, started};
use crate::support::{Folder, Ran, binary};

#[test]
fn a_signal_leaves_a_checkpoint_and_the_command_that_goes_on() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    folder.train(&own, "whole", &[]).ended(0);
    let file = own.to_str().unwrap();
    for name in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let run = format!("run-{name}");
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
        ran.says(&[&format!("resumed: after epoch {epoch}\n"), "device: cpu (as before)"]);
        let first: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(first["epoch"], epoch + 1, "no epoch is trained again");
        assert_same_end(&folder, &run, "whole");
    }
}

/// A full pipe that nobody reads: a writer waits until it is read.
fn full_pipe() -> (UnixStream, UnixStream) {
    let (reader, mut writer) = UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    for size in [4096, 1] {
        let full = loop {
            if let Err(error) = writer.write(&vec![b' '; size]) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
    }
    writer.set_nonblocking(false).unwrap();
    (reader, writer)
}

/// Reads lines until one has these words.
fn wait_for(words: &str, lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no line has {words:?}");
    }
    line
}

/// whole/, and a run that resumes run/ until it prints its first epoch; it does not end before its standard output
/// is read.
fn held(folder: &Folder) -> (Child, BufReader<ChildStderr>, UnixStream) {
    let own = parameters(folder, &json!({}));
    folder.train(&own, "whole", &[]).ended(0);
    let file = own.to_str().unwrap();
    let train = ["train", file, "--backend", "cpu", "--out", "run", "--checkpoint-every", "2"];
    let (mut child, _) = started(folder, &train, 7);
    child.kill().unwrap();
    child.wait().unwrap();
    let (reader, writer) = full_pipe();
    let mut command = folder.command(&["train", "--resume", "run", "--json"]);
    command.stdout(OwnedFd::from(writer)).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let resumed = wait_for("resumed: after epoch ", &mut stderr);
    let epoch: usize = resumed.trim().rsplit_once(' ').unwrap().1.parse().unwrap();
    // The history has a header and an epoch's line before that is printed.
    while lines(&folder.path("run/history.csv")) < epoch + 2 {
        std::thread::sleep(Duration::from_millis(10));
    }
    (child, stderr, reader)
}

#[test]
fn a_second_signal_ends_at_once_and_the_run_goes_on_from_its_last_checkpoint() {
    let folder = Folder::new();
    let (mut child, mut stderr, reader) = held(&folder);
    signal(&child, Signal::SIGINT);
    wait_for("stopping after this epoch", &mut stderr);
    // A signal later than a second counts; the others change nothing.
    let status = loop {
        std::thread::sleep(Duration::from_millis(100));
        signal(&child, Signal::SIGINT);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    drop(reader);
    assert_eq!(status.code(), Some(1));
    assert!(!folder.path("run/summary.json").exists());
    folder.run(&["train", "--resume", "run"]).ended(0).says(&["resumed: after epoch "]);
    assert_same_end(&folder, "run", "whole");
}

/// Signals like `timeout`: the process, and then its group.
#[test]
fn two_signals_at_once_are_one() {
    let folder = Folder::new();
    let (mut child, mut stderr, mut reader) = held(&folder);
    // Two equal signals under way at once become one before they arrive.
    signal(&child, Signal::SIGINT);
    signal(&child, Signal::SIGTERM);
    wait_for("stopping after this epoch", &mut stderr);
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    wait_for("error: interrupted after epoch ", &mut stderr);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(folder.json("run/summary.json")["stop_reason"], "interrupted");
    assert!(folder.list("run").contains(&"checkpoint.safetensors".to_string()));
    folder.run(&["train", "--resume", "run"]).ended(0);
    assert_same_end(&folder, "run", "whole");
}

/// A run started like `nohup` starts one.
#[test]
fn a_run_that_was_told_to_outlive_its_terminal_does() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    let train = ["train", own.to_str().unwrap(), "--backend", "cpu", "--out", "run", "--json"];
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(binary());
    command.args(train).current_dir(folder.path("")).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let (mut child, read) = read_lines(command, 3);
    signal(&child, Signal::SIGHUP);
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(read.len() + rest.lines().count() <= EPOCHS as usize);
    assert_eq!(folder.json("run/summary.json")["stop_reason"], "max_epochs");
}
