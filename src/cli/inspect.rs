//! `gpu-mlp inspect`

use std::path::{Path, PathBuf};

use ndarray::{ArrayView2, Axis, Slice};

use super::console::{self, decimal, precise};
use super::header;
use super::wrap::wrapped;
use crate::data::{Dataset, Inputs, Targets, npz};
use crate::error::{Error, Result, counted};
use crate::input::open_file;
use crate::model::Model;
use crate::network::{Initialization, PlacedLayer, Task, lower, shape_text};
use crate::plan::Loss;
use crate::plan::Plan;
use crate::text::{listed, shown};

/// Shows the arrays and figures of an NPZ data set, or the layers of a model.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A run's directory, a model.safetensors or an .npz file
    file: PathBuf,
}

/// Shows the contents of the file; its first bytes, not its name, tell its kind.
pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let path = &Model::locate(&arguments.file)?;
    match first_bytes(path)? {
        bytes if bytes.starts_with(b"PK") => archive(path),
        // Eight bytes of header length, then a JSON object.
        bytes if bytes.get(8) == Some(&b'{') => model(path),
        _ => Err(Error::input("is neither an NPZ archive nor a model.safetensors")
            .within(path.display())),
    }
}

/// A line of at most 80 columns, or several.
fn line(text: &str) -> Result<()> {
    console::line(&wrapped(text))
}

fn first_bytes(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    let unreadable = |e| Error::input(format!("can't be read: {e}")).within(path.display());
    let file = open_file(path).map_err(unreadable)?;
    let mut bytes = vec![];
    file.take(16).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn archive(path: &Path) -> Result<()> {
    let arrays = npz::list(path)?;
    line(&format!("{}: {}", path.display(), counted(arrays.len(), "array")))?;
    let names: Vec<_> = arrays.iter().map(|array| shown(&array.name)).collect();
    let wide = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (array, name) in arrays.iter().zip(&names) {
        let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
        let order = if array.fortran_order { ", Fortran order" } else { "" };
        line(&format!(
            "    {name:<wide$}  {}  ({}){order}, {} bytes",
            array.dtype,
            shape.join(", "),
            array.bytes
        ))?;
    }
    match Dataset::read(path) {
        Ok(dataset) => describe(&dataset),
        Err(error) => Err(Error::input(format!("as a data set it can't be used: {error}"))),
    }
}

/// Describes the archive as a data set: its rows, its targets, and the range of every feature.
fn describe(dataset: &Dataset) -> Result<()> {
    let shape: Vec<String> = dataset.row_shape.iter().map(ToString::to_string).collect();
    let rows = dataset.inputs.nrows();
    let test = dataset.own_test.map_or_else(String::new, |first| {
        format!(", the last {} its own test split", rows - first)
    });
    let validation = dataset.own_validation.map_or_else(String::new, |first| {
        format!(", {} its own validation split", dataset.own_test.unwrap_or(rows) - first)
    });
    if let Some(arrays) = &dataset.unused {
        line(&format!("not used: {arrays}"))?;
    }
    line(&format!(
        "data set: {} of ({}){validation}{test}{}",
        counted(rows, "row"),
        shape.join(", "),
        described_lengths(dataset)
    ))?;
    describe_targets(&dataset.targets, dataset.target_names.as_deref())?;
    line(&format!("{:<24} {:>14} {:>14} {:>14}", "feature", "least", "mean", "most"))?;
    let (channels, comes_last) = channels(&dataset.row_shape);
    let names = dataset.feature_names.as_ref().filter(|names| names.len() == channels);
    let exists = |row: usize, sample: usize| match &dataset.lengths {
        Some(lengths) if dataset.row_shape.len() == 2 => sample < lengths[row] as usize,
        Some(_) | None => true,
    };
    for channel in 0..channels {
        let columns = columns_of(channel, channels, comes_last, dataset.inputs.ncols());
        let name = names.map(|names| names[channel].clone());
        let [least, mean, most] = match &dataset.inputs {
            Inputs::Reals(values) => range(values.slice_axis(Axis(1), columns), exists),
            Inputs::Bytes(values) => range(values.slice_axis(Axis(1), columns), exists),
            // A file has no windows.
            Inputs::Windows(_) | Inputs::Coded(_) => continue,
        }
        .map(precise);
        let name = name.map_or_else(|| channel.to_string(), |name| shown(&name).into_owned());
        line(&format!("{name:<24} {least:>14} {mean:>14} {most:>14}"))?;
    }
    Ok(())
}

/// The channels of a row, whose elements share a line of the table, and whether they come last. Three axes do not say
/// it: images have fewer channels than lines.
fn channels(row_shape: &[usize]) -> (usize, bool) {
    match row_shape {
        &[lines, _, channels] if channels < lines => (channels, true),
        other => (other.first().copied().unwrap_or(0), false),
    }
}

/// The columns of a channel.
fn columns_of(channel: usize, channels: usize, comes_last: bool, columns: usize) -> Slice {
    if comes_last {
        return Slice::from(channel..columns).step_by(channels as isize);
    }
    let positions = columns / channels;
    Slice::from(channel * positions..(channel + 1) * positions)
}

/// `, rows of 2 to 7 samples`, if rows have lengths.
fn described_lengths(dataset: &Dataset) -> String {
    let lengths = dataset.lengths.iter().flatten();
    match (lengths.clone().min(), lengths.max()) {
        (Some(&shortest), Some(&longest)) => header::lengths(shortest as usize, longest as usize),
        _ => String::new(),
    }
}

/// The least, the mean and the most of the values that exist, by row and column.
fn range<X: Copy + Into<f64>>(
    values: ArrayView2<X>,
    exists: impl Fn(usize, usize) -> bool,
) -> [f64; 3] {
    let all = || {
        let own = values.indexed_iter().filter(|((row, column), _)| exists(*row, *column));
        own.map(|(_, &value)| value.into())
    };
    let mean = all().sum::<f64>() / all().count() as f64;
    [all().fold(f64::INFINITY, f64::min), mean, all().fold(f64::NEG_INFINITY, f64::max)]
}

fn describe_targets(targets: &Targets, names: Option<&[String]>) -> Result<()> {
    match targets {
        Targets::Integers(values) if values.ncols() == 1 => {
            let mut counts = std::collections::BTreeMap::new();
            values.iter().for_each(|label| *counts.entry(label).or_insert(0usize) += 1);
            let names = names.filter(|names| names.len() == counts.len());
            let mut list = vec![];
            // More than that are the values of a regression, not classes.
            for (class, (label, count)) in counts.iter().take(32).enumerate() {
                let name =
                    names.map_or_else(String::new, |names| format!("={}", shown(&names[class])));
                list.push(format!("{count} x {label}{name}"));
            }
            let more = if counts.len() > 32 { " | ..." } else { "" };
            line(&format!(
                "targets: {} ({}{more})",
                counted(counts.len(), "distinct integer"),
                list.join(" | ")
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
                    precise(least),
                    precise(most),
                    precise(mean)
                ))?;
            }
        }
    }
    Ok(())
}

/// The line of a layer, then those of the layers inside it, further in.
fn describe_layer(
    plan: &Plan,
    placed: &PlacedLayer,
    number: &str,
    name: &str,
    depth: usize,
) -> Result<()> {
    let parameters = match plan.parameters_of(&placed.path) {
        0 => String::new(),
        some => format!(", {}", counted(some, "parameter")),
    };
    let (indent, output) = (2 * depth, shape_text(&placed.output()));
    let layer = placed.layer;
    line(&format!("{:indent$}layer {number}: {layer} -> {output}{name}{parameters}", ""))?;
    for (index, inner) in placed.inside().iter().enumerate() {
        describe_layer(plan, inner, &format!("{number}.{index}"), "", depth + 1)?;
    }
    match placed.projection() {
        None => Ok(()),
        Some(inner) => describe_layer(plan, &inner, &format!("{number}.projection"), "", depth + 1),
    }
}

/// The line of a model that is a forecast.
fn describe_forecast(model: &Model) -> Result<()> {
    let Some(forecast) = &model.forecast else { return Ok(()) };
    let of = if forecast.change { "changes from the last value" } else { "values" };
    let past = if forecast.autoregressive { "" } else { ", without the targets' past" };
    let groups = forecast.groups.as_ref();
    let groups =
        groups.map_or_else(String::new, |name| format!(", groups in array {}", shown(name)));
    line(&format!("forecast: {}, {of}{past}{groups}", forecast.described()))
}

fn model(path: &Path) -> Result<()> {
    let model = Model::read(path)?;
    line(&format!(
        "{}: gpu-mlp model, {} on {}, best epoch {}",
        path.display(),
        model.task_name(),
        shown(&model.dataset),
        model.best_epoch
    ))?;
    let network = &model.network;
    if let Loss::OfValues(loss) = network.loss() {
        line(&format!("loss: {}", shown(&loss.name)))?;
    }
    let lengths = if network.has_lengths() { ", each row with its length" } else { "" };
    line(&format!("input: {}{lengths}", shape_text(&network.input)))?;
    describe_forecast(&model)?;
    let plan = lower(network, Initialization::Auto);
    for (index, layer) in network.placed_layers().iter().enumerate() {
        let name = model
            .layer_names
            .get(index)
            .map_or_else(String::new, |name| format!(", {}", shown(name)));
        describe_layer(&plan, layer, &index.to_string(), &name, 0)?;
    }
    let names = model.tensors.iter().map(|tensor| shown(&tensor.name).chars().count());
    let wide = names.max().unwrap_or(0);
    for tensor in &model.tensors {
        let shape = shape_text(&tensor.shape);
        let norm = tensor.values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
        line(&format!("{:<wide$} {shape}, L2 norm {}", shown(&tensor.name), decimal(norm)))?;
    }
    line(&counted(plan.parameters(), "parameter"))?;
    describe_names(&model)?;
    let alike = match network.input[..] {
        [channels, samples] => {
            format!(": {}, the {samples} samples of each alike", counted(channels, "channel"))
        }
        [channels, height, width] => {
            let channels = counted(channels, "channel");
            format!(": {channels}, the {height} x {width} elements of each alike")
        }
        _ => String::new(),
    };
    let scaling = "scaling: (value - shift) * scale";
    line(&format!("input {scaling}, {} of each{alike}", network.elements()))?;
    if network.task() == Task::Regression {
        line(&format!("target {scaling}, {} of each", model.targets.scale.len()))?;
    }
    for (what, text) in [("reached", &model.metrics), ("parameters", &model.parameters)] {
        if let Some(text) = text {
            // JSON is copied as it is.
            console::line(&format!("{what}: {text}"))?;
        }
    }
    Ok(())
}

fn describe_names(model: &Model) -> Result<()> {
    let list = |key: &str, values: Vec<String>| line(&format!("{key}: {}", listed(values)));
    if !model.labels.is_empty() {
        list("labels", model.labels.iter().map(ToString::to_string).collect())?;
    }
    for (key, names) in
        [("target names", &model.target_names), ("feature names", &model.feature_names)]
    {
        if let Some(names) = names {
            list(key, names.clone())?;
        }
    }
    Ok(())
}
