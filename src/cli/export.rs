//! `gpu-mlp export`

use std::path::PathBuf;

use clap::ValueEnum;

use super::console::message;
use crate::artifact::{Model, write_whole};
use crate::error::Result;
use crate::onnx;

/// The formats of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Open Neural Network Exchange: scaling included, any number of rows
    Onnx,
}

/// Writes a model for other programs.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The model.safetensors of a run
    model: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "onnx")]
    format: Format,
    /// Where it goes [default: beside the model, with the format's ending]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { model, format, output } = arguments;
    let network = Model::read(model)?;
    let (bytes, ending) = match format {
        Format::Onnx => (onnx::export(&network).map_err(|e| e.within(model.display()))?, "onnx"),
    };
    let output = output.clone().unwrap_or_else(|| model.with_extension(ending));
    write_whole(&output, &bytes)?;
    message(&format!("saved in {}", output.display()));
    Ok(())
}
