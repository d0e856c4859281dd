//! Plans that are a chain of dense layers: what schedules that fuse operations recognise.

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
#[allow(clippy::large_enum_variant)] // one a layer
pub enum LinkActivation {
    /// Nothing.
    Linear,
    /// f(z), and the parameter of f where it learns one.
    Function(Function, Option<TensorId>),
}

impl Link {
    /// The parameter that its activation learns.
    pub fn parameter(&self) -> Option<TensorId> {
        match self.activation {
            LinkActivation::Linear => None,
            LinkActivation::Function(_, parameter) => parameter,
        }
    }
}

impl Chain {
    /// The chain of a plan; unfit where it has what is no dense layer.
    pub fn of(plan: &Plan) -> Result<Self> {
        let mut links = vec![];
        let mut x = plan.input;
        for pair in plan.training.chunks(2) {
            let next = match pair {
                [Operation::MatMul(product), end] => link(plan, x, product, end),
                _ => None,
            };
            let other =
                || pair.iter().find(|operation| !is_of_dense(operation)).unwrap_or(&pair[0]);
            let (link, a) = next.ok_or_else(|| {
                Error::unfit(format!("{} can't be fused, dense layers alone", other().name()))
            })?;
            links.push(link);
            x = a;
        }
        Ok(Chain { links })
    }
}

/// Whether dense layers are made of such operations.
fn is_of_dense(operation: &Operation) -> bool {
    matches!(operation, Operation::MatMul(_) | Operation::Bias(_) | Operation::BiasActivation(_))
}

/// The dense layer on `x` of a product and what ends it, and where its output is; None for anything else.
fn link(plan: &Plan, x: BufferId, product: &MatMul, end: &Operation) -> Option<(Link, BufferId)> {
    let Factor { matrix: Matrix::Tensor(weight), transposed: true } = product.right else {
        return None;
    };
    let (bias, z, a, activation) = match end {
        Operation::Bias(bias) => (bias.bias, bias.z, bias.z, LinkActivation::Linear),
        Operation::BiasActivation(BiasActivation { z, bias, function, parameter, a, .. }) => {
            (*bias, *z, *a, LinkActivation::Function(function.clone(), *parameter))
        }
        _ => return None,
    };
    let is_dense = product.left == Factor::view(plan.whole(x))
        && product.out == Out::View(plan.whole(z))
        && product.mode == Mode::Set;
    let (inputs, units) = (plan.row_len(x), plan.row_len(z));
    is_dense.then_some((Link { inputs, units, weight, bias, activation }, a))
}
