//! The scaling and the layers of a network as nodes, in f64 as in `predict`: in f32, large terms that cancel would
//! put a row far from the others off by more than the last digits. Weights are stored as f32. Convolutions are
//! f32: onnxruntime has none in f64.

use super::activation;
use super::graph::{Graph, GraphOutput, INPUT, Setting, Value};
use super::schema::{DOUBLE, FLOAT};
use crate::data::Scaling;
use crate::error::{Error, Result};
use crate::expr::Variable;
use crate::model::{Model, ModelTensor};
use crate::network::layers::Kind;
use crate::network::layers::avgpool1d::AvgPool1d;
use crate::network::layers::avgpool2d::AvgPool2d;
use crate::network::layers::maxpool1d::MaxPool1d;
use crate::network::{Activation, Layer};
use crate::plan::{Axis, Loss};

/// Builds the graph of a model; its last node makes the output.
pub(super) fn build(graph: &mut Graph, model: &Model) -> Result<GraphOutput> {
    let network = &model.network;
    let mut value = scale_inputs(graph, &network.input, &model.inputs);
    let mut shape = &network.input;
    for (index, layer) in network.layers.iter().enumerate() {
        value = match &layer.kind {
            Kind::Flatten(_) => flatten(graph, &value),
            Kind::MaxPool1d(MaxPool1d { size, stride }) => graph.node_with(
                "MaxPool",
                &[&value],
                &[
                    ("kernel_shape", Setting::Ints(&[*size])),
                    ("strides", Setting::Ints(&[*stride])),
                ],
            ),
            Kind::AvgPool1d(AvgPool1d { size, stride }) => {
                average(graph, &value, &[*size], &[*stride])
            }
            Kind::AvgPool2d(AvgPool2d { size, stride }) => average(graph, &value, size, stride),
            Kind::Dense(_) => {
                let flat = if shape.len() > 1 { flatten(graph, &value) } else { value };
                let [weight, bias] = weights(graph, model, index)?;
                let [weight, bias] = [graph.widened(&weight), graph.widened(&bias)];
                let transposed = [("transB", Setting::Int(1))];
                let z = graph.node_with("Gemm", &[&flat, &weight, &bias], &transposed);
                activate(graph, model, index, layer, z)?
            }
            Kind::Conv1d(_) => {
                let signals = graph.rounded(&value);
                let z = convolution(graph, model, index, &signals)?;
                let z = graph.widened(&z);
                activate(graph, model, index, layer, z)?
            }
        };
        shape = &network.shapes[index];
    }
    Ok(finish(graph, model, value))
}

/// (x - shift) · scale in f64, rounded to f32 as in `predict`.
fn scale_inputs(graph: &mut Graph, shape: &[usize], scaling: &Scaling) -> Value {
    let rows = graph.widened(INPUT);
    let Scaling { shift, scale } = scaling;
    if *scaling == Scaling::identity(shift.len()) {
        return rows;
    }
    let shift = graph.doubles("inputs.shift", shape, shift);
    let scale = graph.doubles("inputs.scale", shape, scale);
    let centred = graph.node("Sub", &[&rows, &shift]);
    let scaled = graph.node("Mul", &[&centred, &scale]);
    let scaled = graph.rounded(&scaled);
    graph.widened(&scaled)
}

fn flatten(graph: &mut Graph, value: &str) -> Value {
    graph.node_with("Flatten", &[value], &[("axis", Setting::Int(1))])
}

/// An average pool, in f32: onnxruntime has none in f64.
fn average(graph: &mut Graph, value: &str, size: &[usize], stride: &[usize]) -> Value {
    let rounded = graph.rounded(value);
    let settings = [("kernel_shape", Setting::Ints(size)), ("strides", Setting::Ints(stride))];
    let means = graph.node_with("AveragePool", &[&rounded], &settings);
    graph.widened(&means)
}

fn convolution(graph: &mut Graph, model: &Model, index: usize, value: &str) -> Result<Value> {
    let Some(windows) = model.network.windows(index) else {
        return Err(Error::failed(format!("layer {index} slides no window")));
    };
    let Axis { input, kernel, stride, before, positions, .. } = windows.axes[1];
    // As many zeros after the input as the last position sees.
    let seen = (positions - 1) * stride + kernel;
    let after = seen.saturating_sub(input + before);
    let [weight, bias] = weights(graph, model, index)?;
    Ok(graph.node_with(
        "Conv",
        &[value, &weight, &bias],
        &[
            ("kernel_shape", Setting::Ints(&[kernel])),
            ("strides", Setting::Ints(&[stride])),
            ("pads", Setting::Ints(&[before, after])),
        ],
    ))
}

/// The weight and bias of a layer, under the names of the model file.
fn weights(graph: &mut Graph, model: &Model, index: usize) -> Result<[Value; 2]> {
    let mut constant = |name: &str| {
        let ModelTensor { name, shape, values } = tensor(model, index, name)?;
        Ok(graph.floats(name, shape, values))
    };
    Ok([constant("weight")?, constant("bias")?])
}

fn tensor<'a>(model: &'a Model, index: usize, name: &str) -> Result<&'a ModelTensor> {
    let name = format!("layers.{index}.{name}");
    let found = model.tensors.iter().find(|tensor| tensor.name == name);
    found.ok_or_else(|| Error::input(format!("the model has no tensor {name}")))
}

fn activate(
    graph: &mut Graph,
    model: &Model,
    index: usize,
    layer: &Layer,
    z: Value,
) -> Result<Value> {
    let Some(activation) = layer.activation() else { return Ok(z) };
    Ok(match activation {
        Activation::Linear => z,
        Activation::Softmax => graph.node_with("Softmax", &[&z], &[("axis", Setting::Int(1))]),
        Activation::Function(function) => {
            let mut variables = vec![(Variable::X, z)];
            if function.parameter.is_some() {
                let alpha = tensor(model, index, "alpha")?;
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
            graph.node("Add", &[&spread, &shift]);
            GraphOutput { name: "values", columns: outputs, element: DOUBLE }
        }
    }
}
