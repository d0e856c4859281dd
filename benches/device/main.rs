//! What a GPU does with this program, in tables: `cargo bench --bench device -- costs`.
//!
//!     about               the adapter, its driver, limits and features
//!     costs               dispatches, submits, read-backs, barriers, copies
//!     measured FILE       the lines of `gpu-mlp bench --json`, a line a job
//!     auto [FILE]         what `--device auto` chooses for each job, and whether it is the fastest in
//!                         FILE, of the same lines
//!     replicas [N,...]    rows a second of so many networks of covtype trained at once
//!
//! Each takes `--device` as `gpu-mlp` does, the first real GPU if it is absent, and `--quick`, the smallest
//! size, for a rehearsal on a software adapter. Ends with 1 where there is no such adapter.

mod about;
mod auto;
mod chosen;
mod costs;
mod measured;
mod replicas;

use std::process::ExitCode;

/// What all of them are told.
struct Options {
    /// A part of the adapter's name, or its number.
    device: Option<String>,
    /// The smallest size.
    quick: bool,
    /// What stands behind the name of the table.
    rest: Vec<String>,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says `--bench` to a benchmark, and `--test` where it is only to be tried.
    let tried = arguments.iter().any(|argument| argument == "--test");
    arguments.retain(|argument| argument != "--bench" && argument != "--test");
    if tried {
        return ExitCode::SUCCESS;
    }
    match table(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn table(mut arguments: Vec<String>) -> Result<(), Failure> {
    let quick = arguments.iter().any(|argument| argument == "--quick");
    arguments.retain(|argument| argument != "--quick");
    let mut device = None;
    if let Some(at) = arguments.iter().position(|argument| argument == "--device") {
        arguments.remove(at);
        if at == arguments.len() {
            return Err("--device needs a name".into());
        }
        device = Some(arguments.remove(at));
    }
    let name = if arguments.is_empty() { String::new() } else { arguments.remove(0) };
    let options = Options { device, quick, rest: arguments };
    match name.as_str() {
        "about" => about::table(&options),
        "measured" => measured::table(&options),
        "costs" => costs::table(&options),
        "auto" => auto::table(&options),
        "replicas" => replicas::table(&options),
        _ => {
            Err(format!("{name:?} is no table; allowed: about, costs, measured, auto, replicas")
                .into())
        }
    }
}
