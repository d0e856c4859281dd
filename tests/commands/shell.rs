//! A shell in a folder that looks like a checkout, with `gpu-mlp` on its path.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use gpu_mlp::rooms::gpu::adapters;
use pollster::FutureExt as _;
use tempfile::TempDir;

use crate::gpu;
use crate::output::{STOPPED, fits};
use crate::page;

/// Commands that take too long: what stands in them, and what is run in its place. The first that fits is taken.
pub const SHORTENED: &[(&str, &str)] = &[
    ("--shape covtype --rows 581012", "--shape covtype --rows 500 --seconds 0"),
    ("--shape covtype --replicas 64", "--shape covtype --rows 500 --seconds 0 --replicas 2"),
    (
        "--schedule layered --json",
        "--schedule layered --json --shape weather --rows 99 --seconds 0",
    ),
    ("--shape covtype", "--shape covtype --rows 500 --seconds 0"),
    ("gpu-mlp bench", "gpu-mlp bench --shape diabetes --seconds 0"),
    ("MAX_EPOCHS=300", "MAX_EPOCHS=40"),
];

/// What these print is of the machine, and not compared.
const OF_THE_MACHINE: [&str; 2] = ["gpu-mlp devices", "gpu-mlp bench"];

/// What a shell runs beside gpu-mlp.
const OTHERS: [&str; 2] = ["printf ", "cat "];

/// How a page runs gpu-mlp, and an example, from the source.
const FROM_SOURCE: &str = "cargo run --release -- ";
const EXAMPLE: &str = "cargo run --release --example ";

/// Whether a command is run here.
pub fn knows(command: &str) -> bool {
    let known = ["gpu-mlp ", FROM_SOURCE, EXAMPLE].into_iter().chain(OTHERS);
    without_settings(command).starts_with("gpu-mlp ")
        || known.into_iter().any(|start| command.starts_with(start))
}

/// The command behind the variables that are set for it.
fn without_settings(command: &str) -> &str {
    let is_setting =
        |word: &str| word.split_once('=').is_some_and(|(name, _)| name == name.to_uppercase());
    match command.split_once(' ') {
        Some((word, rest)) if is_setting(word) => without_settings(rest),
        _ => command,
    }
}

pub fn tells_of_the_machine(command: &str) -> bool {
    OF_THE_MACHINE.iter().any(|start| command.starts_with(start))
}

pub struct Shell {
    folder: TempDir,
}

/// What a command left.
pub struct Ran {
    pub succeeded: bool,
    /// Standard output and standard error, as a terminal has them.
    pub printed: String,
}

impl Shell {
    /// In a folder with the data, parameters and docs of the repository.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["params", "datasets", "docs"] {
            let own = std::env::current_dir().unwrap().join(name);
            symlink(own, folder.path().join(name)).unwrap();
        }
        Shell { folder }
    }

    /// None where it needs a GPU and there is none: then it is named, as a test that is skipped.
    pub fn run(&self, command: &page::Command, at: &str) -> Option<Ran> {
        let needs_gpu =
            ["--device 0", "--backend gpu"].iter().any(|words| command.text.contains(words));
        if needs_gpu {
            gpu::first(at, adapters().block_on())?;
        }
        let mut child = self.start(&script(&command.text));
        let stop = command.output.iter().position(|line| line == STOPPED);
        let mut before = stop.map(|at| command.output[at - 1].as_str());
        let mut printed = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if before.is_some_and(|before| fits(before, &line)) {
                interrupt(&child);
                before = None;
            }
            printed += &line;
            printed.push('\n');
        }
        Some(Ran { succeeded: child.wait().unwrap().success(), printed })
    }

    fn start(&self, script: &str) -> Child {
        let path = std::env::var("PATH").unwrap();
        let own =
            [binaries(), binaries().join("examples")].map(|own| own.to_str().unwrap().to_string());
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(self.folder.path()).stdin(Stdio::null());
        shell.env("PATH", format!("{}:{path}", own.join(":"))).stdout(Stdio::piped());
        // Some Vulkan drivers complain on standard error where this is not set.
        shell.env("XDG_RUNTIME_DIR", self.folder.path());
        shell.spawn().unwrap()
    }
}

/// The folder of `gpu-mlp`.
fn binaries() -> PathBuf {
    let binary =
        std::env::var_os("CARGO_BIN_EXE_gpu-mlp").expect("CARGO_BIN_EXE_gpu-mlp names gpu-mlp");
    PathBuf::from(binary).parent().unwrap().into()
}

/// The command as a shell runs it here.
fn script(command: &str) -> String {
    let mut command = command.replace(EXAMPLE, "").replace(FROM_SOURCE, "gpu-mlp ");
    if let Some((long, short)) = SHORTENED.iter().find(|(long, _)| command.contains(long)) {
        command = command.replace(long, short);
    }
    // A signal to the shell is one to the command where this takes its place.
    let exec =
        if command.starts_with("gpu-mlp ") && !command.contains(['|', ';']) { "exec " } else { "" };
    format!("exec 2>&1\n{exec}{command}\n")
}

/// What Ctrl-C does.
fn interrupt(child: &Child) {
    let process = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGINT).unwrap();
}
