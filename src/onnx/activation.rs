//! Activations: an operator of their own where onnxruntime has it in f64, else the steps of their
//! expression.

use super::graph::{Graph, Value};
use crate::error::{Error, Result};
use crate::expr::{Comparison, Function as Elementary, Instruction, Operator, Variable};
use crate::math::{LARGEST_EXPONENT, SMALLEST_EXPONENT, SMALLEST_NORMAL};
use crate::plan::Function;

/// The nodes of f of these variables, z among them. onnxruntime has `LeakyRelu`, `PRelu`, `Elu` and `Selu` only in
/// f32.
pub(super) fn nodes(
    graph: &mut Graph,
    function: &Function,
    variables: &[(Variable, Value)],
) -> Result<Value> {
    let value_of = |variable: Variable| {
        let found = variables.iter().find(|(own, _)| *own == variable);
        found.map(|(_, value)| value.clone()).ok_or_else(|| {
            Error::failed(format!("{} has a variable {}", function.name, variable.name()))
        })
    };
    if function.name == "relu" {
        return Ok(graph.node("Relu", &[&value_of(Variable::X)?]));
    }
    let (steps, result) = function.expression.steps();
    // Constants are made where they are needed.
    let mut values: Vec<Value> = Vec::with_capacity(steps.len());
    for step in &steps {
        let mut operand = |step: usize| match steps[step] {
            Instruction::Constant(value) => graph.number(value),
            Instruction::Variable(_)
            | Instruction::Apply(..)
            | Instruction::Combine(..)
            | Instruction::Choose(..) => values[step].clone(),
        };
        let value = match *step {
            Instruction::Variable(variable) => value_of(variable)?,
            Instruction::Constant(_) => String::new(),
            Instruction::Apply(function, a) => {
                let a = operand(a);
                apply(graph, function, &a)
            }
            Instruction::Combine(operator, a, b) => {
                let (a, b) = (operand(a), operand(b));
                graph.node(combination(operator), &[&a, &b])
            }
            Instruction::Choose(comparison, operands) => {
                let [a, b, then, otherwise] = operands.map(operand);
                let holds = compare(graph, comparison, &a, &b);
                graph.node("Where", &[&holds, &then, &otherwise])
            }
        };
        values.push(value);
    }
    Ok(values.swap_remove(result))
}

/// The limits are those of the functions here: none of them leaves f32. Functions that onnxruntime has only in
/// f32 are made of others, except erf: its values are from -1 to 1, and its error is 1e-7.
fn apply(graph: &mut Graph, function: Elementary, a: &str) -> Value {
    let operator = match function {
        Elementary::Negate => "Neg",
        Elementary::Absolute => "Abs",
        Elementary::Exponential => {
            let (least, most) =
                (graph.number(SMALLEST_EXPONENT.into()), graph.number(LARGEST_EXPONENT.into()));
            let limited = graph.node("Clip", &[a, &least, &most]);
            return graph.node("Exp", &[&limited]);
        }
        Elementary::Logarithm => {
            let least = graph.number(SMALLEST_NORMAL.into());
            let limited = graph.node("Max", &[a, &least]);
            return graph.node("Log", &[&limited]);
        }
        Elementary::SquareRoot => {
            let zero = graph.number(0.0);
            let limited = graph.node("Max", &[a, &zero]);
            return graph.node("Sqrt", &[&limited]);
        }
        Elementary::Sine => "Sin",
        Elementary::Cosine => {
            let quarter = graph.number(std::f64::consts::FRAC_PI_2);
            let shifted = graph.node("Add", &[a, &quarter]);
            return graph.node("Sin", &[&shifted]);
        }
        Elementary::Tangent => "Tanh",
        Elementary::Sigmoid => "Sigmoid",
        Elementary::Softplus => return softplus(graph, a),
        Elementary::Error => {
            let narrow = graph.rounded(a);
            let error = graph.node("Erf", &[&narrow]);
            return graph.widened(&error);
        }
    };
    graph.node(operator, &[a])
}

/// ln(1 + e^a) = max(a, 0) + ln(1 + e^-|a|)
fn softplus(graph: &mut Graph, a: &str) -> Value {
    let (zero, one) = (graph.number(0.0), graph.number(1.0));
    let size = graph.node("Abs", &[a]);
    let below = graph.node("Neg", &[&size]);
    let power = graph.node("Exp", &[&below]);
    let sum = graph.node("Add", &[&one, &power]);
    let rest = graph.node("Log", &[&sum]);
    let positive = graph.node("Max", &[a, &zero]);
    graph.node("Add", &[&positive, &rest])
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
