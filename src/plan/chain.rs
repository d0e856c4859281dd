//! Plans that are a chain of dense layers, for schedules that fuse operations.

use super::access::Mode;
use super::buffer::BufferId;
use super::function::Function;
use super::lists::Plan;
use super::ops::Operation;
use super::ops::bias_activation::BiasActivation;
use super::ops::matmul::{Factor, MatMul, Matrix, Out};
use super::tensor::TensorId;
use crate::error::{Error, Result};

/// A plan that is a chain of dense layers.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The layers, from the input on.
    pub links: Vec<Link>,
}

/// A dense layer of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// Elements per row of its input.
    pub inputs: usize,
    /// Elements per row of its output.
    pub units: usize,
    /// W, (units, inputs).
    pub weight: TensorId,
    /// b, (units).
    pub bias: TensorId,
    /// The activation, applied to z = W x + b.
    pub activation: LinkActivation,
}

/// The activation of a link.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one a layer
pub enum LinkActivation {
    /// None: a = z.
    Linear,
    /// f(z), and the learned parameter of f, if it has one.
    Function(Function, Option<TensorId>),
}

impl Link {
    /// The learned parameter of its activation.
    pub fn parameter(&self) -> Option<TensorId> {
        match self.activation {
            LinkActivation::Linear => None,
            LinkActivation::Function(_, parameter) => parameter,
        }
    }
}

impl Chain {
    /// The chain of a plan; the error is unfit if an operation belongs to no dense layer.
    pub fn of(plan: &Plan) -> Result<Self> {
        let mut links = vec![];
        let mut x = plan.input;
        for pair in plan.training.chunks(2) {
            let next = match pair {
                [Operation::MatMul(product), end] => link(plan, x, product, end),
                _ => None,
            };
            let Some((link, a)) = next else {
                let other = pair.iter().find(|operation| !is_of_dense(operation));
                let name = other.unwrap_or(&pair[0]).name();
                return Err(Error::unfit(format!("{name} can't be fused, dense layers alone")));
            };
            links.push(link);
            x = a;
        }
        Ok(Chain { links })
    }
}

/// Whether an operation belongs to a dense layer.
fn is_of_dense(operation: &Operation) -> bool {
    matches!(operation, Operation::MatMul(_) | Operation::Bias(_) | Operation::BiasActivation(_))
}

/// The dense layer of a product of `x` and the operation `end` after it, and its output; None if it is no dense layer.
fn link(plan: &Plan, x: BufferId, product: &MatMul, end: &Operation) -> Option<(Link, BufferId)> {
    let Factor { matrix: Matrix::Tensor(weight), transposed: true } = product.right else {
        return None;
    };
    let (bias, z, a, activation) = match end {
        Operation::Bias(bias) => (bias.bias, bias.z, bias.z, LinkActivation::Linear),
        Operation::BiasActivation(BiasActivation { z, bias, function, parameter, a, .. }) => {
            ((*bias)?, *z, *a, LinkActivation::Function(function.clone(), *parameter))
        }
        _ => return None,
    };
    let is_dense = product.left == Factor::view(plan.whole(x))
        && product.out == Out::View(plan.whole(z))
        && product.mode == Mode::Set;
    let (inputs, units) = (plan.row_len(x), plan.row_len(z));
    is_dense.then_some((Link { inputs, units, weight, bias, activation }, a))
}
