//! Activations: an operator of their own where ONNX has one, else the steps of their expression.

use super::graph::{Graph, Value};
use crate::expr::{Comparison, Function as Elementary, Operator, Step};
use crate::math::{LARGEST_EXPONENT, SMALLEST_EXPONENT, SMALLEST_NORMAL};
use crate::network::Function;

/// Activations whose formula and constants are those of ONNX.
const OPERATORS: [(&str, &str); 4] =
    [("relu", "Relu"), ("leaky_relu", "LeakyRelu"), ("elu", "Elu"), ("selu", "Selu")];

/// f(z)
pub(super) fn nodes(graph: &mut Graph, function: &Function, z: &str) -> Value {
    if let Some((_, operator)) = OPERATORS.iter().find(|(name, _)| *name == function.name) {
        return graph.node(operator, &[z]);
    }
    let (steps, result) = function.expression.steps();
    // Constants are made where they are needed.
    let mut values: Vec<Value> = Vec::with_capacity(steps.len());
    for step in &steps {
        let value = match *step {
            Step::X => z.to_owned(),
            Step::Constant(_) => String::new(),
            _ => {
                let mut operand = |place: usize| match steps[place] {
                    Step::Constant(value) => graph.number(value as f32),
                    _ => values[place].clone(),
                };
                match *step {
                    Step::Apply(function, a) => {
                        let a = operand(a);
                        apply(graph, function, &a)
                    }
                    Step::Combine(operator, a, b) => {
                        let (a, b) = (operand(a), operand(b));
                        graph.node(combination(operator), &[&a, &b])
                    }
                    Step::Choose(comparison, places) => {
                        let [a, b, then, otherwise] = places.map(operand);
                        let holds = compare(graph, comparison, &a, &b);
                        graph.node("Where", &[&holds, &then, &otherwise])
                    }
                    Step::X | Step::Constant(_) => continue,
                }
            }
        };
        values.push(value);
    }
    values.swap_remove(result)
}

/// The limits are those of the functions here: none of them leaves f32.
fn apply(graph: &mut Graph, function: Elementary, a: &str) -> Value {
    let operator = match function {
        Elementary::Negate => "Neg",
        Elementary::Absolute => "Abs",
        Elementary::Exponential => {
            let (least, most) = (graph.number(SMALLEST_EXPONENT), graph.number(LARGEST_EXPONENT));
            let limited = graph.node("Clip", &[a, &least, &most]);
            return graph.node("Exp", &[&limited]);
        }
        Elementary::Logarithm => {
            let least = graph.number(SMALLEST_NORMAL);
            let limited = graph.node("Max", &[a, &least]);
            return graph.node("Log", &[&limited]);
        }
        Elementary::SquareRoot => {
            let zero = graph.number(0.0);
            let limited = graph.node("Max", &[a, &zero]);
            return graph.node("Sqrt", &[&limited]);
        }
        Elementary::Sine => "Sin",
        Elementary::Cosine => "Cos",
        Elementary::Tangent => "Tanh",
        Elementary::Sigmoid => "Sigmoid",
        Elementary::Softplus => "Softplus",
        Elementary::Error => "Erf",
    };
    graph.node(operator, &[a])
}

fn combination(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "Add",
        Operator::Subtract => "Sub",
        Operator::Multiply => "Mul",
        Operator::Divide => "Div",
        Operator::Maximum => "Max",
        Operator::Minimum => "Min",
        // Unfolded before, but true to its meaning all the same.
        Operator::Power => "Pow",
    }
}

fn compare(graph: &mut Graph, comparison: Comparison, a: &str, b: &str) -> Value {
    let operator = match comparison {
        Comparison::Less => "Less",
        Comparison::LessOrEqual => "LessOrEqual",
        Comparison::Greater => "Greater",
        Comparison::GreaterOrEqual => "GreaterOrEqual",
        Comparison::Equal => "Equal",
        Comparison::NotEqual => {
            let equal = graph.node("Equal", &[a, b]);
            return graph.node("Not", &[&equal]);
        }
    };
    graph.node(operator, &[a, b])
}
