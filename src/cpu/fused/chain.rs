//! Which plans can be fused: a chain of dense layers.

use super::simd::LANES;
use crate::expr::Expression;
use crate::network::{Activation, BufferId, Operand, Operation, Plan, TensorId};

/// A dense layer of a chain.
#[derive(Debug, Clone)]
pub(in crate::cpu) struct Link {
    pub inputs: usize,
    pub units: usize,
    pub weight: TensorId,
    pub bias: TensorId,
    pub activation: LinkActivation,
}

/// What a link applies to z.
#[derive(Debug, Clone)]
pub(in crate::cpu) enum LinkActivation {
    Linear,
    Relu,
    Function(Expression),
}

/// A plan that is a chain of dense layers.
#[derive(Debug, Clone)]
pub(in crate::cpu) struct Chain {
    pub links: Vec<Link>,
}

/// So many numbers, rounded up to whole vectors.
pub(super) fn padded(len: usize) -> usize {
    len.next_multiple_of(LANES)
}

impl Chain {
    /// The chain of a plan; the error says what it has that is not fused.
    pub fn of(plan: &Plan) -> Result<Self, String> {
        let mut links = vec![];
        let mut x = plan.input;
        for pair in plan.forward.chunks(2) {
            let [product, activation] = pair else { return Err(not_fused(pair)) };
            let (link, a) = link(plan, x, product, activation).ok_or_else(|| not_fused(pair))?;
            links.push(link);
            x = a;
        }
        Ok(Chain { links })
    }
}

fn link(
    plan: &Plan,
    x: BufferId,
    product: &Operation,
    activation: &Operation,
) -> Option<(Link, BufferId)> {
    let Operation::MatMul {
        left: Operand::Buffer(left),
        right: Operand::Tensor(weight),
        out: Operand::Buffer(out),
        ..
    } = *product
    else {
        return None;
    };
    let Operation::BiasActivation { z, bias, output } = activation else { return None };
    if left != x || out != *z {
        return None;
    }
    let (a, activation) = match output {
        None => (*z, LinkActivation::Linear),
        Some(output) => match &output.activation {
            Activation::Function(f) if f.name == "relu" => (output.a, LinkActivation::Relu),
            Activation::Function(f) => (output.a, LinkActivation::Function(f.expression.clone())),
            _ => return None,
        },
    };
    let (inputs, units) = (plan.row_len(x), plan.row_len(*z));
    Some((Link { inputs, units, weight, bias: *bias, activation }, a))
}

fn not_fused(operations: &[Operation]) -> String {
    let learned = |operation: &Operation| match operation {
        Operation::BiasActivation { output: Some(output), .. } => output.alpha.is_some(),
        _ => false,
    };
    let what = if operations.iter().any(learned) { "prelu" } else { "layers for signals" };
    format!("{what} can't be fused, dense layers alone")
}
