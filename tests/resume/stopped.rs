//! A run that is stopped ends like one that was not.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, Ran, without_seconds};

/// The files of a run that reached its end.
const FILES: [&str; 4] = ["history.csv", "model.safetensors", "params.json", "summary.json"];

/// More epochs than a pipe holds lines of `--json`: while nobody reads on, the run can't end.
pub const EPOCHS: u32 = 1000;

/// own.json: iris in `EPOCHS` epochs, with Adam and every stopping rule counting.
pub fn parameters(folder: &Folder, changes: &Value) -> std::path::PathBuf {
    let mut keys = json!({
        "MAX_EPOCHS": EPOCHS, "BATCH_SIZE": 35, "OPTIMIZER": "adam", "LR": 0.001,
        "ACC_PATIENCE": 100_000, "LOSS_PATIENCE": 100_000, "LOSS_TOL": 1e-30, "GRAD_CLIP": 1.0,
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    folder.parameters(keys)
}

/// Starts a run with `--json`, and reads some lines of it.
pub fn started(folder: &Folder, arguments: &[&str], lines: usize) -> (Child, Vec<String>) {
    let mut command = folder.command(arguments);
    command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped());
    read_lines(command, lines)
}

pub fn read_lines(mut command: Command, lines: usize) -> (Child, Vec<String>) {
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        line
    };
    let read = (0..lines).map(|_| line()).collect();
    child.stdout = Some(stdout.into_inner());
    (child, read)
}

/// Trains to the last epoch, but not to the run's end: a folder is in place of the model.
pub fn stop_at_the_end(folder: &Folder, own: &Path, run: &str, every: &str) {
    let own = own.to_str().unwrap();
    let train = ["train", own, "--backend", "cpu", "--out", run, "--checkpoint-every", every];
    run_with_model_in_the_way(folder, folder.command(&train), run);
}

/// The same for a command that trains in `run`. It can't print its first line before the folder is there, because
/// its pipe is full.
pub fn run_with_model_in_the_way(folder: &Folder, mut command: Command, run: &str) {
    const PIPE: usize = 1 << 16;
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'\n'; PIPE]).unwrap();
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    // It holds an end of the pipe.
    drop(command);
    while !folder.path(&format!("{run}/history.csv")).exists() {
        assert!(child.try_wait().unwrap().is_none(), "{:?}", child.wait_with_output());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let in_the_way = folder.path(&format!("{run}/model.safetensors"));
    std::fs::create_dir(&in_the_way).unwrap();
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    Ran::from(child.wait_with_output().unwrap()).ended(1);
    std::fs::remove_dir(in_the_way).unwrap();
}

/// The same history apart from `seconds`, which is measured and differs between any two runs, and
/// the same bytes of the weights; nothing else is left.
#[track_caller]
pub fn assert_same_end(folder: &Folder, run: &str, uninterrupted: &str) {
    let history = |run: &str| folder.read(&format!("{run}/history.csv"));
    let (own, whole) = (history(run), history(uninterrupted));
    assert_eq!(without_seconds(&own), without_seconds(&whole), "{run}");
    for file in ["model.safetensors", "params.json"] {
        let bytes = |run: &str| folder.bytes(&format!("{run}/{file}"));
        assert!(bytes(run) == bytes(uninterrupted), "{run}: another {file}");
    }
    let summary = |run: &str| {
        let mut summary = folder.json(&format!("{run}/summary.json"));
        let object = summary.as_object_mut().unwrap();
        object.retain(|key, _| !["seconds", "microseconds_per_step"].contains(&key.as_str()));
        summary
    };
    assert_eq!(summary(run), summary(uninterrupted), "{run}");
    assert_eq!(folder.list(run), FILES);
}

/// Sends the process a signal.
#[cfg(unix)]
pub fn signal(child: &Child, signal: nix::sys::signal::Signal) {
    let process = nix::unistd::Pid::from_raw(child.id() as i32);
    nix::sys::signal::kill(process, signal).unwrap();
}

/// The lines of a history.
pub fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}
