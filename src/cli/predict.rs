//! `gpu-mlp predict`

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::console::message;
use super::model_device::ModelDevice;
use super::row_progress::RowProgress;
use crate::artifact::Model;
use crate::data::Rows;
use crate::error::{Error, Result, counted};
use crate::usage::{Output, Predictor, predict, wanted};

/// Predicts classes with their probabilities, or values in original units.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The model.safetensors of a run
    model: PathBuf,
    /// The rows: .npz, .npy or CSV; - is CSV on standard input
    data: PathBuf,
    /// Where predictions go: a name ending in .csv, .npy or .npz; - is CSV on standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    device: ModelDevice,
}

/// Predicts a block of rows at a time. What can be refused is refused before a file is made.
pub(super) fn run(arguments: &Arguments, started: Instant) -> Result<()> {
    let Arguments { model, data, output, device } = arguments;
    let network = Model::read(model)?;
    let mut rows = if data.as_os_str() == "-" {
        Rows::from_csv(std::io::stdin(), "standard input", &wanted(&network))?
    } else {
        Rows::open(data, &wanted(&network))?
    };
    for input in [model, data] {
        if same_file(input, output) {
            return Err(Error::input(format!(
                "-o {}: would replace what is read; choose another name",
                output.display()
            )));
        }
    }
    let mut predictor = Predictor::new(&network, device.opener()?)?;
    let mut predictions = Output::create(output, &network)?;
    let to_terminal = output.as_os_str() == "-" && std::io::stdout().is_terminal();
    let progress = (!to_terminal).then(|| RowProgress::new(rows.total()));
    let told = |done| progress.iter().for_each(|progress| progress.done(done));
    let count = predict(&mut predictor, &mut rows, &mut predictions, told)?;
    predictions.finish(count)?;
    drop(progress);
    if output.as_os_str() != "-" {
        message(&format!(
            "{} predicted in {:.1} s, saved in {}",
            counted(count, "row"),
            started.elapsed().as_secs_f64(),
            output.display()
        ));
    }
    Ok(())
}

fn same_file(a: &Path, b: &Path) -> bool {
    let both = std::fs::canonicalize(a).and_then(|a| Ok((a, std::fs::canonicalize(b)?)));
    both.is_ok_and(|(a, b)| a == b)
}
