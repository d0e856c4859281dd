//! Recurrent layers as the operators RNN, GRU and LSTM, a node for each direction, in f32: onnxruntime has not all of
//! them in f64.

use super::graph::{Graph, LENGTHS, Setting, Value};
use super::tensors::tensor;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::network::layers::Recurrent;
use crate::network::{Activation, PlacedLayer};

/// What tells the operators apart.
struct Operator {
    name: &'static str,
    /// Our gates in the operator's order.
    gates: &'static [usize],
}

const RNN: Operator = Operator { name: "RNN", gates: &[0] };
/// z, r, n of r, z, n.
const GRU: Operator = Operator { name: "GRU", gates: &[1, 0, 2] };
/// i, o, f, g of i, f, g, o.
const LSTM: Operator = Operator { name: "LSTM", gates: &[0, 3, 1, 2] };

/// The activations that the operator RNN knows, with its names.
const ACTIVATIONS: [(&str, &str); 5] = [
    ("tanh", "Tanh"),
    ("relu", "Relu"),
    ("sigmoid", "Sigmoid"),
    ("softplus", "Softplus"),
    ("linear", "Affine"),
];

/// The nodes of a layer.
pub(super) fn nodes<const GATES: usize>(
    graph: &mut Graph,
    model: &Model,
    placed: &PlacedLayer,
    value: &str,
    layer: &Recurrent<GATES>,
) -> Result<Value> {
    let operator = match GATES {
        1 => RNN,
        3 => GRU,
        4 => LSTM,
        gates => unreachable!("no layer has {gates} gates"),
    };
    let rounded = graph.rounded(value);
    // (time steps, rows, channels)
    let x = graph.node_with("Transpose", &[&rounded], &[("perm", Setting::Ints(vec![2, 0, 1]))]);
    let mut outputs = vec![];
    for end in if layer.bidirectional { &["", "_reverse"][..] } else { &[""] } {
        let output = direction(graph, model, placed, (&x, end), &operator, layer.return_sequences)?;
        outputs.push(output);
    }
    let both: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let output = match both[..] {
        [only] => only.to_string(),
        _ => graph.node_with("Concat", &both, &[("axis", Setting::Int(1))]),
    };
    Ok(graph.widened(&output))
}

/// The node of one direction: (rows, units) or (rows, units, time steps).
fn direction(
    graph: &mut Graph,
    model: &Model,
    placed: &PlacedLayer,
    (x, end): (&str, &str),
    operator: &Operator,
    returns_sequences: bool,
) -> Result<Value> {
    let own = |name: &str| tensor(model, placed, &format!("{name}{end}"));
    let weight = own("weight_hh")?;
    let units = weight.shape[1];
    let mut inputs = vec![x.to_string()];
    for name in ["weight_ih", "weight_hh"] {
        let own = own(name)?;
        let values = ordered(&own.values, operator, own.values.len() / operator.gates.len());
        let shape = [&[1], &own.shape[..]].concat();
        inputs.push(graph.floats(&own.name, &shape, &values));
    }
    let bias = own("bias")?;
    let mut biases = ordered(&bias.values, operator, units);
    // The second half is added to the products of h.
    biases.resize(2 * biases.len(), 0.0);
    if operator.name == GRU.name {
        let recurrent = own("recurrent_bias")?;
        let last = biases.len() - units;
        biases[last..].copy_from_slice(&recurrent.values);
    }
    inputs.push(graph.floats(&bias.name, &[1, biases.len()], &biases));
    inputs.extend(graph.existing.is_some().then(|| LENGTHS.to_string()));
    let direction = if end.is_empty() { "forward" } else { "reverse" };
    let mut settings = vec![
        ("hidden_size", Setting::Int(units as i64)),
        ("direction", Setting::Text(direction.into())),
    ];
    match operator.name {
        "RNN" => settings.extend([
            ("activations", Setting::Texts(vec![named(placed)?.into()])),
            // Of Affine, x times 1 and 0 more; the others ignore them.
            ("activation_alpha", Setting::Reals(vec![1.0])),
            ("activation_beta", Setting::Reals(vec![0.0])),
        ]),
        "GRU" => settings.push(("linear_before_reset", Setting::Int(1))),
        _ => {}
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let (h, last) = graph.node_of_two(operator.name, &inputs, &settings);
    if !returns_sequences {
        return Ok(graph.squeezed(&last, 0));
    }
    let h = graph.squeezed(&h, 1);
    Ok(graph.node_with("Transpose", &[&h], &[("perm", Setting::Ints(vec![1, 2, 0]))]))
}

/// Values of a gate after the other, in the operator's order.
fn ordered(values: &[f32], operator: &Operator, len: usize) -> Vec<f32> {
    operator.gates.iter().flat_map(|&gate| &values[gate * len..][..len]).copied().collect()
}

/// The activation of an rnn under the operator's name.
fn named(placed: &PlacedLayer) -> Result<&'static str> {
    let name = match placed.layer.activation() {
        Some(Activation::Function(function)) => function.name.as_str(),
        _ => "linear",
    };
    let found = ACTIVATIONS.iter().find(|(own, _)| *own == name);
    found.map(|(_, onnx)| *onnx).ok_or_else(|| {
        let allowed: Vec<&str> = ACTIVATIONS.iter().map(|(own, _)| *own).collect();
        Error::input(format!(
            "{}: ONNX has no rnn with the activation {name}; allowed: {}",
            placed.path,
            allowed.join(", ")
        ))
    })
}
