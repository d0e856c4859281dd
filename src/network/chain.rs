//! Plans that are a chain of dense layers: what schedules that fuse operations recognise.

use super::activation::{Activation, Function};
use super::plan::{BufferId, Operand, Operation, Plan, TensorId};

/// A plan that is a chain of dense layers.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The layers, from the input on.
    pub links: Vec<Link>,
}

/// A dense layer of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// Elements of a row of its input.
    pub inputs: usize,
    /// Elements of a row of its output.
    pub units: usize,
    /// W, (units, inputs).
    pub weight: TensorId,
    /// b, (units).
    pub bias: TensorId,
    /// What it applies to z = W x + b.
    pub activation: LinkActivation,
}

/// What a link applies to z.
#[derive(Debug, Clone)]
pub enum LinkActivation {
    /// Nothing.
    Linear,
    /// f(z)
    Function(Function),
    /// PReLU with this alpha.
    Prelu(TensorId),
}

impl Chain {
    /// The chain of a plan; the error says what it has that is no dense layer.
    pub fn of(plan: &Plan) -> Result<Self, String> {
        let mut links = vec![];
        let mut x = plan.input;
        for pair in plan.forward.chunks(2) {
            let next = match pair {
                [product, activation] => link(plan, x, product, activation),
                _ => None,
            };
            let (link, a) = next.ok_or("layers for signals can't be fused, dense layers alone")?;
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
        Some(output) => match (&output.activation, output.alpha) {
            (_, Some(alpha)) => (output.a, LinkActivation::Prelu(alpha)),
            (Activation::Function(f), None) => (output.a, LinkActivation::Function(f.clone())),
            _ => return None,
        },
    };
    let (inputs, units) = (plan.row_len(x), plan.row_len(*z));
    Some((Link { inputs, units, weight, bias: *bias, activation }, a))
}
