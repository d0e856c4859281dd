//! The scaling and the layers of a network as nodes, in f64 as in `predict`: in f32, large terms that cancel would
//! put a row far from the others off by more than the last digits. Weights are stored as f32. Convolutions and
//! average pools are f32: onnxruntime has none in f64.

use super::graph::{Graph, GraphOutput, INPUT, Setting, Value};
use super::schema::{DOUBLE, FLOAT};
use super::tensors::tensor;
use super::{activation, lengths, recurrent};
use crate::data::Scaling;
use crate::error::{Error, Result};
use crate::expr::Variable;
use crate::model::{Model, ModelTensor};
use crate::network::layers::Kind;
use crate::network::{Activation, PlacedLayer};
use crate::plan::{Axis, Loss, Windows};

/// Builds the graph of a model; its last node makes the output.
pub(super) fn build(graph: &mut Graph, model: &Model) -> Result<GraphOutput> {
    let network = &model.network;
    let mut inputs = scale_inputs(graph, &network.input, &model.inputs);
    if let Some(samples) = network.samples_with_lengths() {
        inputs = lengths::take(graph, &inputs, samples);
    }
    let value = sequence(graph, model, &network.placed_layers(), inputs)?;
    Ok(finish(graph, model, value))
}

/// Adds to each output of a forecast of changes the last value in its window.
fn add_bases(graph: &mut Graph, model: &Model, changes: &str) {
    let (inputs, outputs) = (model.network.inputs(), model.network.outputs());
    let bases = model.forecast.as_ref().and_then(|forecast| forecast.bases(inputs, outputs));
    let Some(bases) = bases else { return };
    let rows = graph.widened(INPUT);
    let rows = flatten(graph, &rows);
    let bases: Vec<i64> = bases.iter().map(|&base| base as i64).collect();
    let bases = graph.whole_numbers("forecast.last", &bases);
    let last = graph.node_with("Gather", &[&rows, &bases], &[("axis", Setting::Int(1))]);
    graph.node("Add", &[changes, &last]);
}

/// The nodes of layers that follow each other.
fn sequence(
    graph: &mut Graph,
    model: &Model,
    layers: &[PlacedLayer],
    mut value: Value,
) -> Result<Value> {
    for layer in layers {
        value = of_layer(graph, model, layer, value)?;
    }
    Ok(value)
}

fn of_layer(graph: &mut Graph, model: &Model, placed: &PlacedLayer, value: Value) -> Result<Value> {
    Ok(match &placed.layer.kind {
        Kind::Flatten(_) => flatten(graph, &value),
        // It leaves out nothing when a network predicts.
        Kind::Dropout(_) => value,
        Kind::BatchNorm(own) => {
            let mut inputs = vec![];
            for name in ["weight", "bias", "running_mean", "running_var"] {
                let own = constant(graph, model, placed, name)?;
                inputs.push(graph.widened(&own));
            }
            let epsilon = [("epsilon", Setting::Real(own.epsilon as f32))];
            let z = graph.node_with("BatchNormalization", &with(&value, &inputs), &epsilon);
            activate(graph, model, placed, z)?
        }
        Kind::LayerNorm(own) => layer_norm(graph, model, placed, &value, own.epsilon)?,
        Kind::MaxPool1d(_) | Kind::MaxPool2d(_) => largest(graph, placed, &value)?,
        Kind::AvgPool1d(_) | Kind::AvgPool2d(_) => average(graph, placed, &value)?,
        Kind::GlobalMaxPool(_) => {
            let value = lengths::or_else(graph, &value, f64::NEG_INFINITY);
            let pooled = largest(graph, placed, &value)?;
            flatten(graph, &pooled)
        }
        Kind::GlobalAvgPool(_) if graph.existing.is_some() => lengths::mean(graph, &value),
        Kind::GlobalAvgPool(_) => {
            let pooled = average(graph, placed, &value)?;
            flatten(graph, &pooled)
        }
        Kind::Rnn(own) => recurrent::nodes(graph, model, placed, &value, own)?,
        Kind::Gru(own) => recurrent::nodes(graph, model, placed, &value, own)?,
        Kind::Lstm(own) => recurrent::nodes(graph, model, placed, &value, own)?,
        Kind::Residual(_) => {
            let around = match placed.projection() {
                None => value.clone(),
                Some(projection) => of_layer(graph, model, &projection, value.clone())?,
            };
            let branch = sequence(graph, model, &placed.inside(), value)?;
            let z = graph.node("Add", &[&branch, &around]);
            activate(graph, model, placed, z)?
        }
        Kind::Dense(_) => {
            let flat = if placed.input.len() > 1 { flatten(graph, &value) } else { value };
            let weights = weights(graph, model, placed)?;
            let weights: Vec<Value> = weights.iter().map(|each| graph.widened(each)).collect();
            let transposed = [("transB", Setting::Int(1))];
            let z = graph.node_with("Gemm", &with(&flat, &weights), &transposed);
            activate(graph, model, placed, z)?
        }
        Kind::Conv1d(_) | Kind::Conv2d(_) => {
            let rounded = graph.rounded(&value);
            let windows = windows(placed)?;
            let weights = weights(graph, model, placed)?;
            let settings = settings(&windows, placed.input.len() - 1);
            let z = graph.node_with("Conv", &with(&rounded, &weights), &settings);
            let z = graph.widened(&z);
            activate(graph, model, placed, z)?
        }
    })
}

/// A value and others after it.
fn with<'a>(value: &'a str, others: &'a [Value]) -> Vec<&'a str> {
    std::iter::once(value).chain(others.iter().map(String::as_str)).collect()
}

fn windows(placed: &PlacedLayer) -> Result<Windows> {
    let lacks = || Error::failed(format!("{} slides no window", placed.path));
    placed.windows().ok_or_else(lacks)
}

/// The settings of an operator that slides windows along the last axes of a row.
fn settings(windows: &Windows, axes: usize) -> Vec<(&'static str, Setting)> {
    let axes = &windows.axes[2 - axes..];
    let each = |of: fn(&Axis) -> usize| axes.iter().map(of).collect();
    let before = axes.iter().map(|axis| axis.before);
    // As many zeros after the input as the last position sees.
    let after = axes.iter().map(|axis| {
        let seen = (axis.positions - 1) * axis.stride + Axis::span(axis.kernel, axis.dilation);
        seen.saturating_sub(axis.input + axis.before)
    });
    vec![
        ("kernel_shape", Setting::Ints(each(|axis| axis.kernel))),
        ("strides", Setting::Ints(each(|axis| axis.stride))),
        ("dilations", Setting::Ints(each(|axis| axis.dilation))),
        ("pads", Setting::Ints(before.chain(after).collect())),
    ]
}

/// (x - shift) · scale in f64, rounded to f32 as in `predict`.
fn scale_inputs(graph: &mut Graph, shape: &[usize], scaling: &Scaling) -> Value {
    let rows = graph.widened(INPUT);
    let Scaling { shift, scale } = scaling;
    if *scaling == Scaling::identity(shift.len()) {
        return rows;
    }
    // Behind the elements of a row may stand its length.
    let elements: usize = shape.iter().product();
    let shift = graph.doubles("inputs.shift", shape, &shift[..elements]);
    let scale = graph.doubles("inputs.scale", shape, &scale[..elements]);
    let centred = graph.node("Sub", &[&rows, &shift]);
    let scaled = graph.node("Mul", &[&centred, &scale]);
    let scaled = graph.rounded(&scaled);
    graph.widened(&scaled)
}

fn flatten(graph: &mut Graph, value: &str) -> Value {
    graph.node_with("Flatten", &[value], &[("axis", Setting::Int(1))])
}

/// A pool of the largest elements.
fn largest(graph: &mut Graph, placed: &PlacedLayer, value: &str) -> Result<Value> {
    let settings = settings(&windows(placed)?, placed.input.len() - 1);
    Ok(graph.node_with("MaxPool", &[value], &settings))
}

/// An average pool, in f32: onnxruntime has none in f64.
fn average(graph: &mut Graph, placed: &PlacedLayer, value: &str) -> Result<Value> {
    let rounded = graph.rounded(value);
    let mut settings = settings(&windows(placed)?, placed.input.len() - 1);
    // The operator of this version knows no dilation.
    settings.retain(|(name, _)| *name != "dilations");
    let means = graph.node_with("AveragePool", &[&rounded], &settings);
    Ok(graph.widened(&means))
}

/// The weight and, if it has one, the bias of a layer, under the names of the model file.
fn weights(graph: &mut Graph, model: &Model, placed: &PlacedLayer) -> Result<Vec<Value>> {
    let weight = constant(graph, model, placed, "weight")?;
    let bias = constant(graph, model, placed, "bias").ok();
    Ok(std::iter::once(weight).chain(bias).collect())
}

/// A tensor of a layer, under its name in the model file.
fn constant(graph: &mut Graph, model: &Model, placed: &PlacedLayer, name: &str) -> Result<Value> {
    let ModelTensor { name, shape, values } = tensor(model, placed, name)?;
    Ok(graph.floats(name, shape, values))
}

/// (x - mean) / sqrt(variance + epsilon) · w + b over the channels, the first axis of a row. The operator
/// LayerNormalization is that of a later version, and of the last axes.
fn layer_norm(
    graph: &mut Graph,
    model: &Model,
    placed: &PlacedLayer,
    value: &str,
    epsilon: f64,
) -> Result<Value> {
    let mean = |graph: &mut Graph, of: &str| {
        graph.node_with("ReduceMean", &[of], &[("axes", Setting::Ints(vec![1]))])
    };
    let means = mean(graph, value);
    let centred = graph.node("Sub", &[value, &means]);
    let squares = graph.node("Mul", &[&centred, &centred]);
    let variance = mean(graph, &squares);
    let epsilon = graph.number(epsilon);
    let variance = graph.node("Add", &[&variance, &epsilon]);
    let deviation = graph.node("Sqrt", &[&variance]);
    let mut z = graph.node("Div", &[&centred, &deviation]);
    // One number per channel, whatever the number of axes after it.
    let ones = vec![1; placed.input.len() - 1];
    for (name, operator) in [("weight", "Mul"), ("bias", "Add")] {
        let ModelTensor { name, shape, values } = tensor(model, placed, name)?;
        let own = graph.floats(name, &[&shape[..], &ones].concat(), values);
        let own = graph.widened(&own);
        z = graph.node(operator, &[&z, &own]);
    }
    activate(graph, model, placed, z)
}

fn activate(graph: &mut Graph, model: &Model, placed: &PlacedLayer, z: Value) -> Result<Value> {
    let Some(activation) = placed.layer.activation() else { return Ok(z) };
    Ok(match activation {
        Activation::Linear => z,
        Activation::Softmax => graph.node_with("Softmax", &[&z], &[("axis", Setting::Int(1))]),
        Activation::Function(function) => {
            let mut variables = vec![(Variable::X, z)];
            if function.parameter.is_some() {
                let alpha = tensor(model, placed, "alpha")?;
                let alpha = graph.floats(&alpha.name, &alpha.shape, &alpha.values);
                variables.push((Variable::A, graph.widened(&alpha)));
            }
            activation::nodes(graph, function, &variables)?
        }
    })
}

/// Probabilities of all classes or labels, as f32, or values in original units, as f64: f32 would lose the
/// differences of values far from 0.
fn finish(graph: &mut Graph, model: &Model, value: Value) -> GraphOutput {
    let network = &model.network;
    match network.loss() {
        Loss::SoftmaxCrossEntropy | Loss::MultiLabelCrossEntropy => {
            graph.rounded(&value);
            GraphOutput { name: "probabilities", columns: network.outputs(), element: FLOAT }
        }
        Loss::BinaryCrossEntropy => {
            let one = graph.number(1.0);
            let other = graph.node("Sub", &[&one, &value]);
            let both = [("axis", Setting::Int(1))];
            let both = graph.node_with("Concat", &[&other, &value], &both);
            graph.rounded(&both);
            GraphOutput { name: "probabilities", columns: 2, element: FLOAT }
        }
        Loss::OfValues(_) => {
            let outputs = network.outputs();
            let scale = graph.doubles("targets.scale", &[outputs], &model.targets.scale);
            let shift = graph.doubles("targets.shift", &[outputs], &model.targets.shift);
            let spread = graph.node("Div", &[&value, &scale]);
            let values = graph.node("Add", &[&spread, &shift]);
            add_bases(graph, model, &values);
            GraphOutput { name: "values", columns: outputs, element: DOUBLE }
        }
    }
}
