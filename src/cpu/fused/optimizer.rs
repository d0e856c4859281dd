//! Which optimizers can be fused.

use crate::cpu::adam::AdamStep;
use crate::error::{Error, Result};
use crate::run::{Optimizer, StepNumbers};

/// An optimizer whose step is fused with the gradient.
#[derive(Debug, Clone, Copy)]
pub(super) enum FusedOptimizer {
    Sgd,
    /// Adam with β1, β2 and ε.
    Adam([f64; 3]),
}

impl FusedOptimizer {
    /// Unfit where the optimizer is not fused.
    pub fn of(optimizer: Optimizer) -> Result<Self> {
        match optimizer {
            Optimizer::Sgd => Ok(FusedOptimizer::Sgd),
            Optimizer::Adam { beta1, beta2, epsilon } => {
                Ok(FusedOptimizer::Adam([beta1, beta2, epsilon]))
            }
            other => Err(Error::unfit(format!("{} can't be fused", other.formula().name))),
        }
    }

    /// Adam's step with these numbers; None under SGD.
    pub fn adam(self, numbers: &StepNumbers) -> Option<AdamStep<f32>> {
        match self {
            FusedOptimizer::Sgd => None,
            FusedOptimizer::Adam(own) => Some(AdamStep::new(own, numbers)),
        }
    }
}
