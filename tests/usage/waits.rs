//! Pipes that nobody writes to, and devices: an answer, never an endless wait.

use serde_json::json;

use crate::made::{identity, identity_file};
use crate::support::Folder;

#[test]
fn no_command_waits_for_a_writer_who_never_comes() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write("m.safetensors", identity_file(&description, &weights));
    assert!(
        std::process::Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success()
    );
    folder.write("d.csv", "x\n1\n");
    let own = folder.parameters(json!({"NPZ_DATASET": folder.path("pipe")}));
    for arguments in [
        &["predict", "m.safetensors", "pipe"][..],
        &["evaluate", "m.safetensors", "pipe"],
        &["predict", "pipe", "d.csv"],
        &["inspect", "pipe"],
        &["export", "pipe", "-o", "x.onnx"],
        &["train", "pipe"],
        &["train", own.to_str().unwrap()],
        &["predict", "m.safetensors", "/dev/zero"],
        &["inspect", "/dev/zero"],
        &["train", "/dev/zero"],
    ] {
        folder.run(arguments).refused(&[]);
    }
    folder.train(&folder.parameters(json!({})), "run", &[]).ended(0);
    std::fs::remove_file(folder.path("run/summary.json")).unwrap();
    for file in ["summary.json", "params.json"] {
        let path = folder.path(&format!("run/{file}"));
        let _ = std::fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        folder.run(&["train", "--resume", "run"]).refused(&[file]);
        std::fs::remove_file(&path).unwrap();
    }
}

/// A small archive of zeros would take 680 MB, of which there are 256.
#[cfg(target_os = "linux")]
#[test]
fn arrays_beyond_the_memory_there_is_are_refused_before_they_are_read() {
    use ndarray::{Array1, Array2};
    let folder = Folder::new();
    let rows = 10_000_000;
    let file = std::fs::File::create(folder.path("zeros.npz")).unwrap();
    let mut archive = ndarray_npy::NpzWriter::new_compressed(file);
    archive.add_array("X", &Array2::<i8>::zeros((rows, 4))).unwrap();
    archive.add_array("y", &Array1::<i8>::zeros(rows)).unwrap();
    archive.finish().unwrap();
    let own = folder.parameters(json!({"NPZ_DATASET": "zeros.npz"}));
    let shell = format!(
        "ulimit -v 262144; exec {} train {} --backend cpu",
        crate::support::binary().display(),
        own.display()
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &shell]).current_dir(folder.path("."));
    crate::support::Ran::from(command.output().unwrap()).refused(&[
        "zeros.npz: needs ",
        "bytes of memory when it is read",
        "are available",
    ]);
}

#[cfg(target_os = "linux")]
#[test]
fn rows_without_end_are_refused_before_memory_is_at_its_end() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write("m.safetensors", identity_file(&description, &weights));
    let binary = crate::support::binary();
    let shell =
        format!("ulimit -v 262144; yes 1,2 | {} evaluate m.safetensors -", binary.display());
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &shell]).current_dir(folder.path("."));
    let ran = crate::support::Ran::from(command.output().unwrap()).ended(2);
    ran.says(&["error: standard input: needs ", "bytes of memory when it is read"]);
}

/// The names in a folder, hidden ones too.
fn names(folder: &Folder) -> Vec<String> {
    folder.list("").into_iter().filter(|name| name != "pipe" && name != "m.safetensors").collect()
}

#[test]
fn a_signal_leaves_nothing_of_a_file_that_is_not_finished() {
    use nix::sys::signal::{Signal, kill};
    use std::io::{Read, Write};
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder.write("whole.csv", "as it was");
    assert!(
        std::process::Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success()
    );
    for (signal, out) in [
        (Signal::SIGINT, "out.csv"),
        (Signal::SIGTERM, "out.npz"),
        (Signal::SIGHUP, "out.npy"),
        (Signal::SIGINT, "whole.csv"),
    ] {
        let mut command = folder.command(&["predict", "m.safetensors", "pipe", "-o", out]);
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        // Opened once somebody reads, and never at its end.
        let mut pipe = std::fs::File::options().write(true).open(folder.path("pipe")).unwrap();
        pipe.write_all(("x\n".to_owned() + &"1\n".repeat(1000)).as_bytes()).unwrap();
        while !names(&folder).iter().any(|name| name.ends_with(".partial")) {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        kill(nix::unistd::Pid::from_raw(child.id() as i32), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{signal}");
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(told, format!("error: interrupted; nothing was kept of {out}\n"));
        assert_eq!(names(&folder), ["whole.csv"], "{signal}");
        drop(pipe);
    }
    assert_eq!(folder.read("whole.csv"), "as it was");
}
