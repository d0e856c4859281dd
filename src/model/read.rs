//! From bytes to a model. Nothing in it is believed before it is checked, and the weights are read only once the
//! header describes a network and as many bytes as follow.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use safetensors::tensor::{Dtype, Metadata, SafeTensors};

use super::metadata::{Head, LayerRecord, ModelMetadata};
use super::rows::{input_layout, row_shape};
use super::{FORMAT, FORMAT_VERSION, LONGEST_HEADER, METADATA_KEY, Model, ModelTensor};
use crate::data::{Forecast, Prepared, Scaling};
use crate::error::{Error, Result};
use crate::network::layers::batch_norm::RUNNING_VARIANCE;
use crate::network::{
    Initialization, InputLayout, MOST_EXPRESSIONS, MOST_LAYERS, Network, Task, lower, shape_text,
};
use crate::plan::{Tensor, ValueLoss};

/// The bytes before the header, which tell its length.
const LENGTH_BYTES: u64 = 8;
/// The most inputs of a row.
const MOST_INPUTS: usize = 1 << 27;

impl Model {
    /// Reads a model from the bytes of its file; the error says why they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_reader(std::io::Cursor::new(bytes))
    }

    /// The same from a reader.
    pub(crate) fn from_reader(mut file: impl Read + Seek) -> Result<Self> {
        let header = header(&mut file)?;
        let mut model = described(description(&header)?)?;
        let expected = lower(&model.network, Initialization::Auto).tensors;
        check_tensors(&header, &expected)?;
        file.rewind().map_err(unreadable)?;
        // One byte more than a model has: a longer file is refused.
        let most = file_length(&mut file)?.min(whole_length(&header, &expected)? + 1);
        file.rewind().map_err(unreadable)?;
        let mut bytes = vec![];
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(damaged)?;
        for tensor in expected {
            let view = tensors.tensor(&tensor.name).map_err(damaged)?;
            let floats = view.data().as_chunks().0.iter();
            let values: Vec<f32> = floats.map(|bytes| f32::from_le_bytes(*bytes)).collect();
            check_values(&tensor.name, &values)?;
            model.tensors.push(ModelTensor { name: tensor.name, shape: tensor.shape, values });
        }
        Ok(model)
    }
}

/// The header, and its length.
struct Header {
    length: u64,
    metadata: Metadata,
}

fn header(file: &mut impl Read) -> Result<Header> {
    let mut length = [0; LENGTH_BYTES as usize];
    file.read_exact(&mut length).map_err(|_| {
        Error::input("is no safetensors file: it has less than the 8 bytes that begin one")
    })?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(Error::input(format!(
            "is no safetensors file of this program: its header claims {length} bytes; allowed: up to \
             {LONGEST_HEADER}"
        )));
    }
    let mut text = vec![];
    file.take(length).read_to_end(&mut text).map_err(unreadable)?;
    if (text.len() as u64) < length {
        return Err(damaged("its header is cut short"));
    }
    let metadata = serde_json::from_slice(&text).map_err(damaged)?;
    Ok(Header { length, metadata })
}

/// The description in the metadata, of this format and version.
fn description(header: &Header) -> Result<ModelMetadata> {
    let text = header.metadata.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
    let text = text.ok_or_else(|| {
        Error::input(format!("has no metadata {METADATA_KEY:?}: it is no model of gpu-mlp"))
    })?;
    let fault = |e| Error::input(format!("its metadata {METADATA_KEY:?} can't be used: {e}"));
    let head: Head = serde_json::from_str(text).map_err(fault)?;
    if head.format != FORMAT {
        return Err(Error::input(format!(
            "its metadata {METADATA_KEY:?} is of the format {:?}; allowed: {FORMAT:?}",
            head.format
        )));
    }
    match head.version {
        Some(1..=FORMAT_VERSION) => serde_json::from_str(text).map_err(fault),
        found => Err(Error::input(format!(
            "format version {}; this program reads versions 1 to {FORMAT_VERSION}{}",
            found.map_or_else(|| "missing".into(), |version| version.to_string()),
            if found > Some(FORMAT_VERSION) { ": a newer gpu-mlp wrote it" } else { "" }
        ))),
    }
}

/// The described model, still without weights.
fn described(about: ModelMetadata) -> Result<Model> {
    let network = network(&about)?;
    let outputs = network.outputs();
    let task = network.task();
    check_scaling("inputs", &about.inputs, network.inputs())?;
    check_lengths(&about.inputs, &network)?;
    let targets = match (about.targets, task) {
        (None, Task::Classification) => Scaling::identity(0),
        (None, Task::MultiLabel) => Scaling::identity(outputs),
        (Some(targets), Task::Regression) => {
            check_scaling("targets", &targets, outputs)?;
            if targets.scale.contains(&0.0) {
                return Err(disagrees("targets: a scale is 0, which can't be undone"));
            }
            targets
        }
        (None, Task::Regression) | (Some(_), Task::Classification | Task::MultiLabel) => {
            return Err(disagrees("targets: a regression has a scaling of them, and it alone"));
        }
    };
    let labels = about.labels.unwrap_or_default();
    let classes = if task == Task::Classification { network.classes() } else { 0 };
    if labels.len() != classes || !labels.is_sorted_by(|a, b| a < b) {
        return Err(disagrees(&format!(
            "labels: {} of them; expected: {classes}, ascending",
            labels.len()
        )));
    }
    check_feature_names(about.feature_names.as_deref(), &network)?;
    let input_layout = input_layout(about.input_layout.as_deref(), &network);
    let input_layout = input_layout.map_err(|what| disagrees(&what))?;
    let has_row_shape = about.row_shape.is_some();
    let row_shape = row_shape(about.row_shape, &network, input_layout);
    let row_shape = row_shape.map_err(|what| disagrees(&what))?;
    let is_plain = input_layout == InputLayout::ChannelsFirst && !has_row_shape;
    check_forecast(about.forecast.as_ref(), &network, is_plain)?;
    check_prepared(about.prepared.as_ref(), &network)?;
    Ok(Model {
        row_shape,
        input_layout,
        forecast: about.forecast,
        dataset: about.dataset,
        best_epoch: about.best_epoch,
        layer_names: about.layers.into_iter().map_while(|layer| layer.name).collect(),
        inputs: about.inputs,
        targets,
        labels,
        feature_names: about.feature_names,
        target_names: about.target_names,
        prepared: about.prepared.map(Arc::new),
        metrics: about.metrics,
        parameters: about.parameters,
        network,
        tensors: vec![],
    })
}

/// Refuses names of features that are neither one a channel nor one an input.
fn check_feature_names(names: Option<&[String]>, network: &Network) -> Result<()> {
    match names.map(<[String]>::len) {
        Some(names) if names != network.input[0] && names != network.elements() => {
            let shape = shape_text(&network.input);
            Err(disagrees(&format!("feature_names: {names} of them for inputs of {shape}")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses a forecast that is none of the network; `is_plain` says that rows have the shape of the input.
fn check_forecast(forecast: Option<&Forecast>, network: &Network, is_plain: bool) -> Result<()> {
    let fits = forecast.is_none_or(|forecast| {
        let is_of_values = network.task() == Task::Regression && !network.has_lengths();
        is_plain && is_of_values && forecast.fits(&network.input, network.outputs())
    });
    fits.then_some(()).ok_or_else(|| {
        disagrees("forecast; allowed: that of a network of windows whose outputs are values")
    })
}

/// Refuses a preparation that does not make the inputs of the network, or has other targets.
fn check_prepared(prepared: Option<&Prepared>, network: &Network) -> Result<()> {
    let Some(prepared) = prepared else { return Ok(()) };
    prepared.columns.check(network.elements()).map_err(|error| disagrees(&error.to_string()))?;
    let targets = match network.task() {
        Task::Classification => 1,
        Task::MultiLabel | Task::Regression => network.outputs(),
    };
    if network.input.len() > 1 || network.has_lengths() || prepared.targets.len() != targets {
        return Err(disagrees(
            "prepared; allowed: that of a network of features, with its targets",
        ));
    }
    Ok(())
}

fn network(about: &ModelMetadata) -> Result<Network> {
    let elements =
        about.input_shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    if !matches!(about.input_shape.len(), 1..=3) || elements.is_none_or(|n| n > MOST_INPUTS) {
        return Err(disagrees(&format!(
            "input_shape: {:?}; allowed: [features], [channels, samples] or [channels, height, width], up to \
             {MOST_INPUTS} in all",
            about.input_shape.iter().take(4).collect::<Vec<_>>()
        )));
    }
    if about.layers.len() > MOST_LAYERS {
        return Err(disagrees(&format!(
            "layers: {} of them; allowed: up to {MOST_LAYERS}",
            about.layers.len()
        )));
    }
    let length: usize = about.layers.iter().map(LayerRecord::activation_length).sum();
    if length > MOST_EXPRESSIONS {
        return Err(disagrees(&format!(
            "layers: their activations have {length} characters in all; allowed: up to {MOST_EXPRESSIONS}"
        )));
    }
    let mut layers = vec![];
    for (index, record) in about.layers.iter().enumerate() {
        let layer = record.layer();
        layers.push(layer.map_err(|fault| disagrees(&format!("layer {index}: {fault}")))?);
    }
    let network = Network::new(about.input_shape.clone(), layers)
        .map_err(|error| disagrees(&error.to_string()))?;
    if network.input != about.input_shape {
        return Err(disagrees("input_shape: its first layer takes an axis of channels more"));
    }
    for (index, (record, shape)) in about.layers.iter().zip(&network.shapes).enumerate() {
        if record.output_shape.as_ref().is_some_and(|claimed| claimed != shape) {
            return Err(disagrees(&format!(
                "layer {index}: output_shape is not {}, which its sizes make",
                shape_text(shape)
            )));
        }
    }
    let tasks = [Task::Classification, Task::MultiLabel, Task::Regression];
    let task = tasks.into_iter().find(|task| task.name() == about.task).ok_or_else(|| {
        let known = tasks.map(Task::name).join(", ");
        disagrees(&format!("task: {:?}; allowed: {known}", shortened(&about.task)))
    })?;
    let network = network.for_task(task).map_err(|error| disagrees(&format!("task: {error}")))?;
    let network = if about.lengths { with_lengths(network)? } else { network };
    match (&about.loss, task) {
        (None, _) => Ok(network),
        (Some(text), Task::Regression) => match ValueLoss::parse(text) {
            Ok(loss) => Ok(network.with_value_loss(loss)),
            Err(error) => Err(disagrees(&format!("loss: {error}"))),
        },
        (Some(_), Task::Classification | Task::MultiLabel) => {
            Err(disagrees("loss: a regression may name one, and it alone"))
        }
    }
}

fn check_scaling(what: &str, scaling: &Scaling, columns: usize) -> Result<()> {
    let Scaling { shift, scale } = scaling;
    if shift.len() != columns || scale.len() != columns {
        return Err(disagrees(&format!(
            "{what}: {} shifts and {} scales; expected: {columns} of each",
            shift.len(),
            scale.len()
        )));
    }
    if shift.iter().chain(scale).all(|value| value.is_finite()) {
        return Ok(());
    }
    Err(disagrees(&format!("{what}: a shift or a scale is not finite")))
}

/// The network for rows that have lengths.
fn with_lengths(network: Network) -> Result<Network> {
    network.with_lengths().map_err(|error| disagrees(&format!("lengths: {error}")))
}

/// Refuses a scaling of the lengths of rows, which are no values.
fn check_lengths(inputs: &Scaling, network: &Network) -> Result<()> {
    let of_length = (inputs.shift.last(), inputs.scale.last());
    if !network.has_lengths() || of_length == (Some(&0.0), Some(&1.0)) {
        return Ok(());
    }
    Err(disagrees(
        "inputs: the last shift and scale are those of the length of a row; allowed: 0 and 1",
    ))
}

/// Refuses a header whose tensors, or their shapes, are not those of the network.
fn check_tensors(header: &Header, expected: &[Tensor]) -> Result<()> {
    for tensor in expected {
        let Some(found) = header.metadata.info(&tensor.name) else {
            return Err(disagrees(&format!("the tensor {} is missing", tensor.name)));
        };
        if found.dtype != Dtype::F32 {
            let (name, dtype) = (&tensor.name, found.dtype);
            return Err(Error::input(format!("{name} holds {dtype:?}; allowed: F32")));
        }
        if found.shape != tensor.shape {
            return Err(disagrees(&format!(
                "the tensor {} is of {}; its layer takes {}",
                tensor.name,
                shape_text(&found.shape),
                shape_text(&tensor.shape)
            )));
        }
    }
    let known: HashSet<&str> = expected.iter().map(|tensor| tensor.name.as_str()).collect();
    let names = header.metadata.offset_keys();
    match names.iter().find(|name| !known.contains(name.as_str())) {
        Some(name) => Err(disagrees(&format!("no layer has a tensor {:?}", shortened(name)))),
        None => Ok(()),
    }
}

/// Refuses values that no training leaves.
fn check_values(name: &str, values: &[f32]) -> Result<()> {
    let fault = if values.iter().any(|value| !value.is_finite()) {
        "holds numbers that are not finite: these are no trained weights"
    } else if name.ends_with(RUNNING_VARIANCE) && values.iter().any(|&value| value < 0.0) {
        "holds a variance below 0"
    } else {
        return Ok(());
    };
    Err(Error::input(format!("{name} {fault}")))
}

/// The bytes of the whole file: the header and the weights.
fn whole_length(header: &Header, expected: &[Tensor]) -> Result<u64> {
    let elements: usize = expected.iter().map(|t| t.shape.iter().product::<usize>()).sum();
    let bytes = 4 * elements as u64;
    if header.metadata.data_len() as u64 == bytes {
        return Ok(LENGTH_BYTES + header.length + bytes);
    }
    Err(damaged("its tensors lie apart, or over each other"))
}

fn file_length(file: &mut impl Seek) -> Result<u64> {
    file.seek(std::io::SeekFrom::End(0)).map_err(unreadable)
}

/// A name from a file, cut to a length that fits a message.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

fn unreadable(error: std::io::Error) -> Error {
    Error::input(format!("can't be read: {error}"))
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::input(format!("is no safetensors file, or a damaged one: {error}"))
}

fn disagrees(what: &str) -> Error {
    Error::input(format!("the model does not fit together: {what}"))
}
