//! `gpu-mlp predict`

use std::io::IsTerminal;
use std::path::PathBuf;

use super::console::message;
use super::csv_header::Header;
use super::model_device::ModelDevice;
use super::output_place::{check_apart, is_standard};
use super::row_progress::RowProgress;
use super::signals;
use super::wrap::wrapped;
use crate::clock::Instant;
use crate::data::{Rows, Wanted};
use crate::error::{Result, counted};
use crate::model::Model;
use crate::usage::{PredictionFile, Predictor, predict, wanted, with_gaps};

/// Predicts classes with their probabilities, or values in original units.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A run's directory, or a model.safetensors
    model: PathBuf,
    /// The rows: .npz, .npy or CSV; - is CSV on standard input
    data: PathBuf,
    /// Where predictions go: a name ending in .csv, .npy or .npz; - is CSV on standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    output: PathBuf,
    /// Whether the first line of CSV is a header, where the line itself does not tell
    #[arg(long, value_enum)]
    header: Option<Header>,
    /// A word of CSV that stands for a missing cell, as an empty cell, NA, nan and ? do
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    na: Vec<String>,
    /// A column of CSV that goes along to the output; all for all of them
    #[arg(long, value_name = "COLUMN")]
    keep: Vec<String>,
    #[command(flatten)]
    device: ModelDevice,
}

/// Predicts in blocks of rows. Refusals come before a file is made.
pub(super) async fn run(arguments: &Arguments, started: Instant) -> Result<()> {
    let Arguments { model, data, output, header, na, keep, device } = arguments;
    let model = &Model::locate(model)?;
    let network = Model::read(model)?;
    let wanted = Wanted {
        header: header.map(Header::is_there),
        keep: keep.clone(),
        ..with_gaps(wanted(&network), na)
    };
    let mut rows = if is_standard(data) {
        Rows::from_csv(std::io::stdin(), "standard input", &wanted)?
    } else {
        Rows::open(data, &wanted)?
    };
    check_apart(output, &[model, data])?;
    let mut predictor = Predictor::new(&network, device.opener().await?).await?;
    if !is_standard(output) {
        signals::end_without(output)?;
    }
    let mut predictions = PredictionFile::create(output, &network, rows.kept())?;
    let to_terminal = is_standard(output) && std::io::stdout().is_terminal();
    let progress = (!to_terminal).then(|| RowProgress::new(rows.total()));
    let told = |done| progress.iter().for_each(|progress| progress.done(done));
    let count = predict(&mut predictor, &mut rows, &mut predictions, told).await?;
    predictions.finish(count)?;
    drop(progress);
    // Only the last row shows that an index counts up.
    if let Some(note) = rows.note() {
        message(&wrapped(&format!("{}: {note}", rows.name())));
    }
    if !is_standard(output) {
        message(&format!(
            "{} predicted in {:.1} s, saved in {}",
            counted(count, "row"),
            started.elapsed().as_secs_f64(),
            output.display()
        ));
    }
    Ok(())
}
