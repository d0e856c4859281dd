//! `gpu-mlp export`

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::console::message;
use super::output_place::{check_apart, is_standard};
use super::signals;
use crate::artifact::WholeFile;
use crate::error::{Error, Result};
use crate::model::Model;
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
    /// A run's directory, or a model.safetensors
    model: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "onnx")]
    format: Format,
    /// Where it goes [default: beside the model, with the format's ending]; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { model, format, output } = arguments;
    let model = &Model::locate(model)?;
    let network = Model::read(model)?;
    let (bytes, ending) = match format {
        Format::Onnx => (onnx::export(&network).map_err(|e| e.within(model.display()))?, "onnx"),
    };
    let output = output.clone().unwrap_or_else(|| model.with_extension(ending));
    check_apart(&output, &[model])?;
    if is_standard(&output) {
        return to_standard_output(&bytes);
    }
    save(&output, &bytes)?;
    message(&format!("saved in {}", output.display()));
    Ok(())
}

/// Saves the file. A path that takes no file is wrong input; a file that can't be written to its end has failed.
fn save(output: &Path, bytes: &[u8]) -> Result<()> {
    let name = output.display();
    signals::end_without(output)?;
    let mut file = WholeFile::create(output).map_err(|error| {
        Error::input(format!("can't be written: {error}; choose another place")).within(&name)
    })?;
    file.write_all(bytes).and_then(|()| file.finish()).map_err(|error| {
        Error::failed(format!("can't write {name}: {error}; nothing was kept of it"))
    })
}

fn to_standard_output(bytes: &[u8]) -> Result<()> {
    let mut stream = io::stdout();
    if stream.is_terminal() {
        return Err(Error::input(
            "-o -: a terminal shows no binary file; allowed: a pipe or a file",
        ));
    }
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("can't write standard output: {error}")))
        }
        _ => Ok(()),
    }
}
