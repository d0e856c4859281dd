//! From a model to the bytes of its file.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensorError, TensorView};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::metadata::{LayerRecord, ModelMetadata};
use super::{FORMAT, METADATA_KEY, Model};
use crate::error::{Error, Result};
use crate::network::layers::Kind;
use crate::network::{InputLayout, Layer, Task};
use crate::plan::Loss;

impl Model {
    /// The file's bytes; the same for the same model.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let bytes: Vec<Vec<u8>> = self
            .tensors
            .iter()
            .map(|tensor| tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect())
            .collect();
        let views = self
            .tensors
            .iter()
            .zip(&bytes)
            .map(|(tensor, bytes)| {
                let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?;
                Ok::<_, SafeTensorError>((tensor.name.as_str(), view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(fault)?;
        let metadata = HashMap::from([(METADATA_KEY.to_string(), self.description()?)]);
        safetensors::serialize(views, Some(metadata)).map_err(fault)
    }

    /// The JSON text of the metadata.
    fn description(&self) -> Result<String> {
        let network = &self.network;
        let mut layers = vec![];
        for (index, (layer, shape)) in network.layers.iter().zip(&network.shapes).enumerate() {
            layers.push(LayerRecord::new(layer, shape, self.layer_names.get(index)));
        }
        let (version, loss) = match network.loss() {
            Loss::OfValues(loss) if !loss.is_mean_squared_error() => (3, Some(loss.name)),
            Loss::MultiLabelCrossEntropy => (2, None),
            Loss::SoftmaxCrossEntropy | Loss::BinaryCrossEntropy | Loss::OfValues(_) => (1, None),
        };
        let is_last = self.input_layout == InputLayout::ChannelsLast;
        let of_images = network.layers.iter().flat_map(Layer::with_inner).any(needs_version_4);
        let version = if is_last || of_images { 4 } else { version };
        let version = if self.forecast.is_some() || network.has_lengths() { 5 } else { version };
        let version = if self.prepared.is_some() { 6 } else { version };
        let description = ModelMetadata {
            format: FORMAT.into(),
            version,
            task: self.task_name().into(),
            loss,
            dataset: self.dataset.clone(),
            best_epoch: self.best_epoch,
            input_shape: network.input.clone(),
            row_shape: self.own_row_shape(),
            input_layout: is_last.then(|| self.input_layout.name().into()),
            forecast: self.forecast.clone(),
            lengths: network.has_lengths(),
            layers,
            inputs: self.inputs.clone(),
            targets: (network.task() == Task::Regression).then(|| self.targets.clone()),
            labels: Some(self.labels.clone()).filter(|labels| !labels.is_empty()),
            feature_names: self.feature_names.clone(),
            target_names: self.target_names.clone(),
            prepared: self.prepared.as_deref().cloned(),
            metrics: self.metrics.clone(),
            parameters: self.parameters.clone(),
        };
        serde_json::to_string(&description).map_err(fault)
    }
}

/// Whether a layer is none of those that versions 1 to 3 have.
fn needs_version_4(layer: &Layer) -> bool {
    match &layer.kind {
        Kind::Dense(dense) => !dense.bias,
        Kind::Conv1d(own) => !own.bias || own.dilation != 1,
        Kind::MaxPool1d(_) | Kind::AvgPool1d(_) | Kind::AvgPool2d(_) | Kind::Flatten(_) => false,
        _ => true,
    }
}

/// A JSON value as its text.
pub(super) fn raw(value: &Value) -> Result<Box<RawValue>> {
    to_raw_value(value).map_err(fault)
}

fn fault(error: impl std::fmt::Display) -> Error {
    Error::failed(format!("the model can't be written as safetensors: {error}"))
}
