//! model.safetensors: the best weights, and what it takes to use them.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Value, json};

use super::summary::task_name;
use crate::backend::State;
use crate::error::{Error, Result};
use crate::network::Layer;
use crate::params::{Run, layer_object};

/// The version of the description in the metadata.
const FORMAT_VERSION: u64 = 1;
/// The metadata key of the description. One key only: the order of several would vary from run to
/// run, and with it the bytes of the file.
const METADATA_KEY: &str = "gpu_mlp";

/// A trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Format version, task, layers, scaling, labels and names; see the README, "What a run leaves".
    pub description: Value,
    /// The weights, in the order of the layers.
    pub tensors: Vec<ModelTensor>,
}

/// A tensor of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelTensor {
    /// `layers.0.weight`
    pub name: String,
    /// (out, in) for weights.
    pub shape: Vec<usize>,
    /// The values, row-major.
    pub values: Vec<f32>,
}

impl Model {
    /// The best weights of the run's (first) replica; `layer_names` are shown, never needed.
    pub fn new(run: &Run, state: &State, best_epoch: u32, layer_names: Option<&[String]>) -> Self {
        let tensor = |tensor: &crate::network::Tensor| {
            let len: usize = tensor.shape.iter().product();
            let best = state.tensors.get(&tensor.name).map_or(&[][..], |saved| &saved.best);
            ModelTensor {
                name: tensor.name.clone(),
                shape: tensor.shape.clone(),
                values: best.iter().take(len).map(|&v| v as f32).collect(),
            }
        };
        Model {
            description: description(run, best_epoch, layer_names),
            tensors: run.plan.tensors.iter().map(tensor).collect(),
        }
    }

    /// The file's bytes; the same for the same model.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let fault = |e| Error::failed(format!("the model can't be written as safetensors: {e}"));
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
                Ok((tensor.name.as_str(), view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(fault)?;
        let metadata = HashMap::from([(METADATA_KEY.to_string(), self.description.to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(fault)
    }

    /// Reads a model; the error says what the file is instead.
    pub fn read(path: &Path) -> Result<Self> {
        let within = |message: String| Error::input(format!("{}: {message}", path.display()));
        let bytes = std::fs::read(path).map_err(|e| within(format!("can't be read: {e}")))?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|e| within(format!("is no safetensors file: {e}")))?;
        let (_, header) = SafeTensors::read_metadata(&bytes)
            .map_err(|e| within(format!("is no safetensors file: {e}")))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let text = text.ok_or_else(|| {
            within(format!("has no metadata {METADATA_KEY:?}: it is no model of gpu-mlp"))
        })?;
        let description: Value = serde_json::from_str(text)
            .map_err(|e| within(format!("its metadata {METADATA_KEY:?} is no JSON: {e}")))?;
        let version = description["version"].as_u64();
        if version != Some(FORMAT_VERSION) {
            return Err(within(format!(
                "format version {}; this program reads version {FORMAT_VERSION}",
                description["version"]
            )));
        }
        let mut tensors = vec![];
        for (name, view) in file.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(within(format!("{name} holds {:?}; allowed: F32", view.dtype())));
            }
            let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let values = view.data().chunks_exact(4).map(value).collect();
            tensors.push(ModelTensor { name: name.into(), shape: view.shape().to_vec(), values });
        }
        tensors.sort_by_key(|tensor| natural(&tensor.name));
        Ok(Model { description, tensors })
    }
}

/// `layers.10.bias` after `layers.9.weight`: the layer's number, then weight, bias, alpha.
fn natural(name: &str) -> (u64, std::cmp::Reverse<String>) {
    let mut parts = name.split('.').skip(1);
    let layer = parts.next().and_then(|number| number.parse().ok()).unwrap_or(u64::MAX);
    (layer, std::cmp::Reverse(parts.collect()))
}

fn description(run: &Run, best_epoch: u32, layer_names: Option<&[String]>) -> Value {
    let layer = |(index, layer): (usize, &Layer)| {
        let mut described = layer_object(layer);
        described["output_shape"] = json!(run.network.shapes[index]);
        if let Some(name) = layer_names.and_then(|names| names.get(index + 1)) {
            described["name"] = json!(name);
        }
        described
    };
    let replica = run.replicas.first();
    let scaling =
        |scaling: &crate::data::Scaling| json!({ "shift": scaling.shift, "scale": scaling.scale });
    let targets = replica.map(|r| &r.targets).filter(|targets| !targets.scale.is_empty());
    json!({
        "format": "gpu-mlp",
        "version": FORMAT_VERSION,
        "task": task_name(run.network.task()),
        "dataset": run.name,
        "best_epoch": best_epoch,
        "input_shape": run.network.input,
        "layers": run.network.layers.iter().enumerate().map(layer).collect::<Vec<_>>(),
        "inputs": replica.map(|r| scaling(&r.inputs)),
        "targets": targets.map(scaling),
        "labels": (!run.labels.is_empty()).then_some(&run.labels),
        "feature_names": run.feature_names,
        "target_names": run.target_names,
    })
}
