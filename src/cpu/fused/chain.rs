//! Which runs can be fused: a chain of dense layers without an activation that learns, by an optimizer that is fused.

use super::optimizer::FusedOptimizer;
use crate::cpu::simd::LANES;
use crate::error::{Error, Result};
use crate::expr::Expression;
use crate::plan;
use crate::plan::TensorId;
use crate::run::Run;

/// A dense layer of a chain.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu) struct Link {
    pub inputs: usize,
    pub units: usize,
    pub weight: TensorId,
    pub bias: TensorId,
    pub activation: LinkActivation,
}

/// What a link applies to z.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu) enum LinkActivation {
    Linear,
    Relu,
    Function(Expression),
}

/// A network that is a chain of dense layers, and the optimizer of each replica.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu) struct Chain {
    pub links: Vec<Link>,
    pub(super) optimizers: Vec<FusedOptimizer>,
}

/// So many numbers, rounded up to whole vectors.
pub(super) fn padded(len: usize) -> usize {
    len.next_multiple_of(LANES)
}

impl Chain {
    /// The chain of a run; unfit where it has what is not fused.
    pub fn of(run: &Run) -> Result<Self> {
        if run.augmentation.is_some() {
            return Err(Error::unfit("AUGMENT moves training rows, which can't be fused"));
        }
        let optimizers = run.replicas.iter().map(|replica| FusedOptimizer::of(replica.optimizer));
        let optimizers = optimizers.collect::<Result<_>>()?;
        let chain = plan::Chain::of(&run.plan)?;
        let links = chain.links.into_iter().map(link).collect::<Result<_>>()?;
        Ok(Chain { links, optimizers })
    }
}

fn link(link: plan::Link) -> Result<Link> {
    let plan::Link { inputs, units, weight, bias, activation } = link;
    let activation = match activation {
        plan::LinkActivation::Linear => LinkActivation::Linear,
        plan::LinkActivation::Function(f, Some(_)) => {
            let why = format!("{} can't be fused, because it learns a parameter", f.name);
            return Err(Error::unfit(why));
        }
        plan::LinkActivation::Function(f, None) if f.name == "relu" => LinkActivation::Relu,
        plan::LinkActivation::Function(f, None) => LinkActivation::Function(f.expression),
    };
    Ok(Link { inputs, units, weight, bias, activation })
}
