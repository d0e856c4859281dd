//! A trained network as a description and bytes: the best weights, and all it takes to use them. Knows no file
//! system; `docs/model-file.md` describes the bytes for other programs.

mod field_record;
mod metadata;
mod read;
mod rows;
mod write;

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::backend::{ReplicaState, State, TensorState, Trained};
use crate::data::{Forecast, Prepared, Scaling, Split};
use crate::error::{Error, Result};
use crate::metrics::{Figures, figures_json};
use crate::network::{Initialization, InputLayout, Network, lower};
use crate::plan::{Plan, Tensor};
use crate::run::{ReplicaId, Run};
use crate::train::Outcome;

/// The name of the format in the metadata.
const FORMAT: &str = "gpu-mlp";
/// The latest version of the description in the metadata. A model has the first version that can describe it: 2
/// adds several labels per row, 3 a loss of values other than the squared error, 4 the layers that came with images, and
/// rows with the channels last, 5 forecasts and rows that have lengths, 6 tables whose columns are prepared.
const FORMAT_VERSION: u64 = 6;
/// The metadata key of the description. One key only: the order of several, and so the bytes of the file, would
/// vary from run to run.
const METADATA_KEY: &str = "gpu_mlp";
/// The longest header, in bytes: the scaling of a million inputs with their names.
const LONGEST_HEADER: u64 = 64 << 20;

/// A trained network.
#[derive(Debug, Clone)]
#[non_exhaustive] // made by `new` and `read`, which check
pub struct Model {
    /// The name of the data set it was trained on.
    pub dataset: String,
    /// The epoch of the weights, counted from 1.
    pub best_epoch: u32,
    /// The layers and their shapes.
    #[doc(hidden)]
    pub network: Network,
    /// The shape of a row of the data it was trained on.
    #[doc(hidden)]
    pub row_shape: Vec<usize>,
    /// The place of the channels in a row of data.
    #[doc(hidden)]
    pub input_layout: InputLayout,
    /// The forecast that it makes: a row is a window, and its outputs are of later moments; None where a row is an
    /// example of its own.
    #[doc(hidden)]
    pub forecast: Option<Forecast>,
    /// One name per layer; empty where the parameters gave none.
    #[doc(hidden)]
    pub layer_names: Vec<String>,
    /// From original inputs to those of the network: one shift and scale per input.
    #[doc(hidden)]
    pub inputs: Scaling,
    /// From original targets to the units of the loss, one shift and scale per output: the identity for labels,
    /// empty in classification.
    #[doc(hidden)]
    pub targets: Scaling,
    /// The label of each class, ascending; empty but in classification.
    pub labels: Vec<i64>,
    /// The names of the features: one per input, or per channel.
    pub feature_names: Option<Vec<String>>,
    /// The names of the classes or outputs.
    pub target_names: Option<Vec<String>>,
    /// What makes the inputs of the columns of a table; None where rows hold inputs.
    #[doc(hidden)]
    pub prepared: Option<Arc<Prepared>>,
    /// The figures that the weights reached on each split, as `summary.json` has them: a JSON text.
    #[doc(hidden)]
    pub metrics: Option<Box<RawValue>>,
    /// The parameters of the run, as its `params.json` has them: a JSON text.
    #[doc(hidden)]
    pub parameters: Option<Box<RawValue>>,
    /// The weights, in the order of the layers.
    #[doc(hidden)]
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
    /// The best weights of a replica of the run; None where there are none. `layer_names` are
    /// those of the input and of each layer, shown and never needed; `parameters` is params.json.
    pub fn new(
        run: &Run,
        id: ReplicaId,
        state: &State,
        outcome: &Outcome,
        layer_names: Option<&[String]>,
        parameters: &Value,
    ) -> Result<Option<Self>> {
        let (Some(replica), Some(reached)) = (run.replicas.get(id.0), outcome.replicas.get(id.0))
        else {
            return Ok(None);
        };
        let fold = run.fold(replica);
        let Some(best_epoch) = reached.best_epoch else { return Ok(None) };
        let layer_names = layer_names.unwrap_or_default().iter().skip(1).cloned().collect();
        Ok(Some(Model {
            dataset: run.name.clone(),
            best_epoch,
            network: run.network.clone(),
            row_shape: run.row_shape.clone(),
            input_layout: run.input_layout,
            forecast: run.forecast.clone(),
            layer_names,
            inputs: fold.inputs.clone(),
            targets: fold.targets.clone(),
            labels: run.labels.clone(),
            feature_names: run.feature_names.clone(),
            target_names: run.target_names.clone(),
            prepared: run.prepared.clone(),
            metrics: Some(write::raw(&metrics(&reached.best))?),
            parameters: Some(write::raw(parameters)?),
            tensors: tensors(&run.plan, id, state),
        }))
    }

    /// The model for a backend that predicts.
    pub fn trained(&self) -> Result<Trained> {
        let plan = lower(&self.network, Initialization::Auto);
        let mut weights = vec![];
        for tensor in &plan.tensors {
            let len: usize = tensor.shape.iter().product();
            match self.tensors.iter().find(|own| own.name == tensor.name) {
                Some(own) if own.values.len() == len => weights.extend(&own.values),
                _ => {
                    let name = &tensor.name;
                    return Err(Error::input(format!("the model has no {name} of {len} numbers")));
                }
            }
        }
        let (network, targets) = (self.network.clone(), self.targets.clone());
        Ok(Trained { network, plan, weights, targets })
    }

    /// The weights as the state of a run of one replica, current and best alike.
    pub fn state(&self) -> State {
        let tensors = self.tensors.iter().map(|tensor| {
            let values: Vec<f64> = tensor.values.iter().map(|&value| f64::from(value)).collect();
            let (shape, best) = (tensor.shape.clone(), values.clone());
            (tensor.name.clone(), TensorState { shape, values, best, slots: vec![] })
        });
        State {
            tensors: tensors.collect(),
            replicas: vec![ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true }],
        }
    }

    /// `classification`, `multi_label` or `regression`.
    pub fn task_name(&self) -> &'static str {
        self.network.task().name()
    }

    /// The name of a class (its index, not its label), where the data set named them all.
    pub fn class_name(&self, class: usize) -> Option<&str> {
        let names = self.target_names.as_ref().filter(|names| names.len() == self.labels.len())?;
        names.get(class).map(String::as_str)
    }

    /// The names of the labels or of the outputs of a regression, where the data set named them all.
    pub fn output_names(&self) -> Option<&[String]> {
        let names = self.target_names.as_deref()?;
        (self.labels.is_empty() && names.len() == self.network.outputs()).then_some(names)
    }

    /// The names of the inputs one by one, where the data set named them all; a signal has names for
    /// its channels only.
    pub fn input_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref().filter(|names| names.len() == self.network.elements())
    }
}

/// The best weights of a replica.
fn tensors(plan: &Plan, id: ReplicaId, state: &State) -> Vec<ModelTensor> {
    let mut tensors = vec![];
    for Tensor { name, shape, .. } in &plan.tensors {
        let len: usize = shape.iter().product();
        let best = state.tensors.get(name).map_or(&[][..], |saved| &saved.best);
        let values = best.iter().skip(id.0 * len).take(len).map(|&v| v as f32).collect();
        tensors.push(ModelTensor { name: name.clone(), shape: shape.clone(), values });
    }
    tensors
}

/// The figures of each split that has rows.
fn metrics(best: &[Option<Figures>; 3]) -> Value {
    let mut metrics = json!({});
    for (split, figures) in Split::ALL.iter().zip(best) {
        if let Some(figures) = figures {
            metrics[split.name()] = figures_json(figures);
        }
    }
    metrics
}
