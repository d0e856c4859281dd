//! `gpu-mlp inspect`

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::console::{decimal, line};
use crate::artifact::Model;
use crate::data::{Dataset, Targets, npz};
use crate::error::{Error, Result, counted};

/// Shows the arrays and figures of an NPZ data set, or the layers of a model.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model.safetensors or an .npz file
    file: PathBuf,
}

/// Shows what the file holds; its first bytes, not its name, decide what it is.
pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let path = &arguments.file;
    match first_bytes(path)? {
        bytes if bytes.starts_with(b"PK") => archive(path),
        // Eight bytes of header length, then a JSON object.
        bytes if bytes.get(8) == Some(&b'{') => model(path),
        _ => Err(Error::input(format!(
            "{}: is neither an NPZ archive nor a model.safetensors",
            path.display()
        ))),
    }
}

fn first_bytes(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    let unreadable = |e| Error::input(format!("{}: can't be read: {e}", path.display()));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = vec![];
    file.take(16).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn archive(path: &Path) -> Result<()> {
    let arrays = npz::list(path)?;
    line(&format!("{}: {}", path.display(), counted(arrays.len(), "array")))?;
    let wide = arrays.iter().map(|array| array.name.chars().count()).max().unwrap_or(0);
    for array in &arrays {
        let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
        let order = if array.fortran_order { ", Fortran order" } else { "" };
        line(&format!(
            "    {:<wide$}  {}  ({}){order}, {} bytes",
            array.name,
            array.dtype,
            shape.join(", "),
            array.bytes
        ))?;
    }
    match Dataset::read(path) {
        Ok(dataset) => describe(&dataset),
        Err(error) => line(&format!("as a data set it can't be used: {error}")),
    }
}

/// The data set the archive makes: its rows, its targets, and the range of every feature.
fn describe(dataset: &Dataset) -> Result<()> {
    let shape: Vec<String> = dataset.row_shape.iter().map(ToString::to_string).collect();
    let test = dataset.own_test.map_or_else(String::new, |first| {
        format!(", the last {} its own test split", dataset.inputs.nrows() - first)
    });
    line(&format!(
        "data set: {} of ({}){test}",
        counted(dataset.inputs.nrows(), "row"),
        shape.join(", ")
    ))?;
    describe_targets(&dataset.targets, dataset.target_names.as_deref())?;
    line(&format!("{:<24} {:>14} {:>14} {:>14}", "feature", "least", "mean", "most"))?;
    // A signal's samples share a channel: its line covers them all.
    let group: usize = dataset.row_shape.iter().skip(1).product();
    for channel in 0..dataset.row_shape.first().copied().unwrap_or(0) {
        let columns = dataset.inputs.slice(ndarray::s![.., channel * group..(channel + 1) * group]);
        let name = dataset.feature_names.as_ref().and_then(|names| names.get(channel)).cloned();
        let least = columns.iter().copied().fold(f64::INFINITY, f64::min);
        let most = columns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let name = name.unwrap_or_else(|| channel.to_string());
        let (least, most) = (decimal(least), decimal(most));
        let mean = decimal(columns.mean().unwrap_or(f64::NAN));
        line(&format!("{name:<24} {least:>14} {mean:>14} {most:>14}"))?;
    }
    Ok(())
}

fn describe_targets(targets: &Targets, names: Option<&[String]>) -> Result<()> {
    match targets {
        Targets::Integers(values) if values.ncols() == 1 => {
            let mut counts = std::collections::BTreeMap::new();
            values.iter().for_each(|label| *counts.entry(label).or_insert(0usize) += 1);
            let name = |class: usize| match names {
                Some(names) if names.len() == counts.len() => format!("={}", names[class]),
                _ => String::new(),
            };
            // More than that are the values of a regression, not classes.
            let shown = counts.iter().take(32).enumerate();
            let class = |(class, (label, count)): (usize, (&&i64, &usize))| {
                format!("{count} x {label}{}", name(class))
            };
            let list = shown.map(class).collect::<Vec<_>>().join(" | ");
            let more = if counts.len() > 32 { " | ..." } else { "" };
            line(&format!(
                "targets: {} ({list}{more})",
                counted(counts.len(), "distinct integer")
            ))?;
        }
        Targets::Integers(values) => {
            line(&format!("targets: {} columns of integers", values.ncols()))?;
        }
        Targets::Reals(values) => {
            for (output, column) in values.columns().into_iter().enumerate() {
                let least = column.iter().copied().fold(f64::INFINITY, f64::min);
                let most = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mean = column.mean().unwrap_or(f64::NAN);
                line(&format!(
                    "target {output}: real, from {} to {}, mean {}",
                    decimal(least),
                    decimal(most),
                    decimal(mean)
                ))?;
            }
        }
    }
    Ok(())
}

/// `conv1d, filters 16, kernel 7, stride 1, padding same, activation relu, output_shape [16,150]`
fn layer_text(layer: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let fields = layer.as_object().into_iter().flatten().filter(|(key, _)| *key != "type");
    let fields = fields.map(|(key, value)| format!("{key} {}", text(value)));
    std::iter::once(text(&layer["type"])).chain(fields).collect::<Vec<_>>().join(", ")
}

fn model(path: &Path) -> Result<()> {
    let model = Model::read(path)?;
    let about = &model.description;
    let text = |key: &str| match &about[key] {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    line(&format!(
        "{}: gpu-mlp model, format version {}, {} on {}, best epoch {}",
        path.display(),
        text("version"),
        text("task"),
        text("dataset"),
        text("best_epoch")
    ))?;
    line(&format!("input: {}", about["input_shape"]))?;
    for (index, layer) in about["layers"].as_array().into_iter().flatten().enumerate() {
        line(&format!("layer {index}: {}", layer_text(layer)))?;
    }
    for tensor in &model.tensors {
        let shape: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
        let norm = tensor.values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
        line(&format!("{:<24} ({}), L2 norm {}", tensor.name, shape.join(", "), decimal(norm)))?;
    }
    let parameters: usize = model.tensors.iter().map(|tensor| tensor.values.len()).sum();
    line(&counted(parameters, "parameter"))?;
    for key in ["labels", "target_names", "feature_names"] {
        if !about[key].is_null() {
            line(&format!("{key}: {}", about[key]))?;
        }
    }
    for (key, of) in [("inputs", "input"), ("targets", "target")] {
        if let Some(shifts) = about[key]["shift"].as_array() {
            let alike = match (key, about["input_shape"].as_array().map(Vec::as_slice)) {
                ("inputs", Some([channels, samples])) => {
                    format!(": {channels} channels, the {samples} samples of each alike")
                }
                _ => String::new(),
            };
            let count = shifts.len();
            line(&format!("{of} scaling: (value - shift) * scale, {count} of each{alike}"))?;
        }
    }
    Ok(())
}
