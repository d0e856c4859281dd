//! The command line: one file a subcommand. The only room that prints or exits.

mod architecture;
mod bench;
mod console;
mod csv_header;
mod device;
mod devices;
mod ending;
mod evaluate;
mod export;
mod header;
mod inspect;
mod json_lines;
mod model_device;
mod output_place;
mod predict;
mod progress;
mod resume;
mod row_progress;
mod schedules;
mod signals;
mod table;
mod trace;
mod train;
mod verdict;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};

/// Trains small neural networks on tabular data and signals, from one JSON file.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train the network a parameter file describes
    Train(train::Arguments),
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
}

/// Runs the command of this process's arguments; the exit code is 0 done, 1 failed, 2 wrong usage
/// or input.
pub fn main() -> ExitCode {
    let started = Instant::now();
    signals::report_too_large_files();
    let result = match Arguments::parse().command {
        Command::Train(arguments) => train::run(&arguments, started),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Predict(arguments) => predict::run(&arguments, started),
        Command::Export(arguments) => export::run(&arguments),
        Command::Devices => devices::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::message(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}
