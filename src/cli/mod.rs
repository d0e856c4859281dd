//! The command line: one file per subcommand. The only room that prints or exits.

mod architecture;
mod bench;
mod bench_table;
mod check;
mod class_table;
mod columns;
mod completions;
mod console;
mod csv_header;
mod data_flags;
mod default_directory;
mod devices;
mod ending;
mod evaluate;
mod evaluate_run;
mod export;
mod figures;
mod header;
mod init;
mod inspect;
mod job;
mod json_lines;
mod listeners;
mod model_device;
mod output_place;
mod placed;
mod predict;
mod progress;
mod refused_usage;
mod resume;
mod row_progress;
mod schedules;
mod schema;
mod signals;
mod table;
mod trace;
mod train;
mod verdict;
mod wrap;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::clock::Instant;
use crate::error::Result;
use crate::instruction_set::InstructionSet;

/// Trains small neural networks on tables, signals, images and sequences, from one JSON file or straight from a CSV.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train the network a parameter file describes, or one for a table (--target COLUMN)
    Train(Box<train::Arguments>),
    /// Say whether a parameter file can be trained, without training it
    Check(Box<check::Arguments>),
    /// Write a parameter file for data, to edit
    Init(Box<init::Arguments>),
    /// Tell how good a model is on data with targets
    Evaluate(evaluate::Arguments),
    /// Predict classes or values for the rows of a file
    Predict(predict::Arguments),
    /// Write a model for other programs
    Export(export::Arguments),
    /// List the GPUs and the CPU that --device can choose
    Devices,
    /// Time thirteen networks on every device and schedule
    Bench(bench::Arguments),
    /// Show what a model file or an NPZ data set holds
    Inspect(inspect::Arguments),
    /// Print the JSON Schema of the parameter file, with which editors complete and check it
    Schema,
    /// Print a script with which a shell completes the command
    Completions(completions::Arguments),
}

/// Runs the command of this process's arguments; the exit code is 0 done, 1 failed, 2 wrong usage
/// or input.
pub fn main() -> ExitCode {
    let started = Instant::now();
    signals::report_too_large_files();
    quiet_layers();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused_usage::refused(&error),
    };
    if let Err(error) = InstructionSet::check_cap() {
        console::message(&format!("error: {error}"));
        return ExitCode::from(error.exit_code());
    }
    // The one place where the command waits for a device.
    match pollster::block_on(run(arguments.command, started)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::message(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

async fn run(command: Command, started: Instant) -> Result<()> {
    match command {
        Command::Train(arguments) => train::run(&arguments, started).await,
        Command::Check(arguments) => check::run(&arguments).await,
        Command::Init(arguments) => init::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments).await,
        Command::Predict(arguments) => predict::run(&arguments, started).await,
        Command::Export(arguments) => export::run(&arguments),
        Command::Devices => devices::run().await,
        Command::Bench(arguments) => bench::run(&arguments).await,
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Schema => schema::run(),
        Command::Completions(arguments) => completions::run(&arguments, Arguments::command()),
    }
}

/// Gives XDG_RUNTIME_DIR a path that holds nothing, where it is not set: without it, a layer of Linux' Vulkan
/// drivers looks for a screen, and complains on standard error in lines that begin with "error:".
fn quiet_layers() {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    if cfg!(target_os = "linux") && !folder.is_some_and(|folder| folder.is_absolute()) {
        #[expect(unsafe_code, reason = "only here the process has one thread")]
        // SAFETY: the process has no other thread yet that could read the environment.
        unsafe {
            std::env::set_var("XDG_RUNTIME_DIR", "/dev/null")
        };
    }
}
