//! The scaling and the layers of a network as nodes.

use super::activation;
use super::graph::{Graph, INPUT, Output, Setting, Value};
use crate::artifact::{Model, ModelTensor};
use crate::data::Scaling;
use crate::error::{Error, Result};
use crate::network::{Activation, Convolution, Layer, Loss};

/// Builds the graph of a model; its last node makes the output.
pub(super) fn build(graph: &mut Graph, model: &Model) -> Result<Output> {
    let network = &model.network;
    let mut value = scale_inputs(graph, &network.input, &model.inputs)?;
    let mut shape = &network.input;
    for (index, layer) in network.layers.iter().enumerate() {
        value = match layer {
            Layer::Flatten => flatten(graph, &value),
            Layer::MaxPool1d { size, stride } => graph.node_with(
                "MaxPool",
                &[&value],
                &[
                    ("kernel_shape", Setting::Ints(&[*size])),
                    ("strides", Setting::Ints(&[*stride])),
                ],
            ),
            Layer::Dense { activation, .. } => {
                let flat = if shape.len() > 1 { flatten(graph, &value) } else { value };
                let [weight, bias] = weights(graph, model, index)?;
                let transposed = [("transB", Setting::Int(1))];
                let z = graph.node_with("Gemm", &[&flat, &weight, &bias], &transposed);
                activate(graph, model, (index, activation), z)?
            }
            Layer::Conv1d { activation, .. } => {
                let z = convolution(graph, model, (index, shape), &value)?;
                activate(graph, model, (index, activation), z)?
            }
        };
        shape = &network.shapes[index];
    }
    finish(graph, model, value)
}

/// (x - shift) · scale. The shift is subtracted in two parts: rounded to f32 as a whole, that of a
/// feature far from 0 would move every row by up to 2^-24 of it, which may be more than their spread.
fn scale_inputs(graph: &mut Graph, shape: &[usize], scaling: &Scaling) -> Result<Value> {
    let Scaling { shift, scale } = scaling;
    if *scaling == Scaling::identity(shift.len()) {
        return Ok(INPUT.into());
    }
    let high: Vec<f32> = shift.iter().map(|&shift| shift as f32).collect();
    let low = shift.iter().zip(&high).map(|(shift, &high)| (shift - f64::from(high)) as f32);
    let low: Vec<f32> = low.collect();
    let scale: Vec<f32> = scale.iter().map(|&scale| scale as f32).collect();
    check_finite("inputs", high.iter().chain(&scale))?;
    let high = graph.tensor("inputs.shift.high", shape, &high);
    let low = graph.tensor("inputs.shift.low", shape, &low);
    let scale = graph.tensor("inputs.scale", shape, &scale);
    let near = graph.node("Sub", &[INPUT, &high]);
    let centred = graph.node("Sub", &[&near, &low]);
    Ok(graph.node("Mul", &[&centred, &scale]))
}

fn check_finite<'a>(what: &str, mut values: impl Iterator<Item = &'a f32>) -> Result<()> {
    if values.all(|value| value.is_finite()) {
        return Ok(());
    }
    Err(Error::input(format!("the scaling of the {what} is beyond what f32 holds")))
}

fn flatten(graph: &mut Graph, value: &str) -> Value {
    graph.node_with("Flatten", &[value], &[("axis", Setting::Int(1))])
}

fn convolution(
    graph: &mut Graph,
    model: &Model,
    (index, shape): (usize, &[usize]),
    value: &str,
) -> Result<Value> {
    let (Layer::Conv1d { filters, kernel, stride, padding, .. }, &[channels, samples]) =
        (&model.network.layers[index], shape)
    else {
        return Err(Error::failed(format!("layer {index} is no convolution of a signal")));
    };
    let sizes = Convolution::new((channels, samples), *filters, *kernel, *stride, *padding)
        .map_err(|fault| Error::input(format!("layer {index}: {fault}")))?;
    // As many zeros behind as the last position sees.
    let seen = (sizes.positions - 1) * stride + kernel;
    let behind = seen.saturating_sub(samples + sizes.padding);
    let [weight, bias] = weights(graph, model, index)?;
    Ok(graph.node_with(
        "Conv",
        &[value, &weight, &bias],
        &[
            ("kernel_shape", Setting::Ints(&[*kernel])),
            ("strides", Setting::Ints(&[*stride])),
            ("pads", Setting::Ints(&[sizes.padding, behind])),
        ],
    ))
}

/// The weight and bias of a layer, under the names of the model file.
fn weights(graph: &mut Graph, model: &Model, index: usize) -> Result<[Value; 2]> {
    let mut constant = |name: &str| {
        let ModelTensor { name, shape, values } = tensor(model, index, name)?;
        Ok(graph.tensor(name, shape, values))
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
    (index, activation): (usize, &Activation),
    z: Value,
) -> Result<Value> {
    Ok(match activation {
        Activation::Linear => z,
        Activation::Softmax => graph.node_with("Softmax", &[&z], &[("axis", Setting::Int(1))]),
        Activation::Prelu(_) => {
            let alpha = tensor(model, index, "alpha")?;
            let alpha = graph.tensor(&alpha.name, &alpha.shape, &alpha.values);
            graph.node("PRelu", &[&z, &alpha])
        }
        Activation::Function(function) => activation::nodes(graph, function, &z),
    })
}

/// Probabilities of all classes, or values in original units.
fn finish(graph: &mut Graph, model: &Model, value: Value) -> Result<Output> {
    let network = &model.network;
    match network.loss() {
        Loss::SoftmaxCrossEntropy => {
            Ok(Output { name: "probabilities", columns: network.outputs() })
        }
        Loss::BinaryCrossEntropy => {
            let one = graph.number(1.0);
            let other = graph.node("Sub", &[&one, &value]);
            graph.node_with("Concat", &[&other, &value], &[("axis", Setting::Int(1))]);
            Ok(Output { name: "probabilities", columns: 2 })
        }
        Loss::MeanSquaredError => {
            let outputs = network.outputs();
            let unit: Vec<f32> = model.targets.scale.iter().map(|s| (1.0 / s) as f32).collect();
            let shift: Vec<f32> = model.targets.shift.iter().map(|&s| s as f32).collect();
            check_finite("targets", unit.iter().chain(&shift))?;
            let unit = graph.tensor("targets.unit", &[outputs], &unit);
            let shift = graph.tensor("targets.shift", &[outputs], &shift);
            let spread = graph.node("Mul", &[&value, &unit]);
            graph.node("Add", &[&spread, &shift]);
            Ok(Output { name: "values", columns: outputs })
        }
    }
}
