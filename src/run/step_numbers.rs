//! The numbers of one step.

use super::batch_gradient::BatchGradient;
use super::replica::Replica;
use super::step_rule::StepRule;

/// The numbers of one step of a replica, the same for all its weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepNumbers {
    /// The learning rate.
    pub learning_rate: f64,
    /// The factor by which L2 adds a weight to its gradient.
    pub decay: f64,
    /// [`Optimizer::corrections`](super::Optimizer::corrections).
    pub corrections: [f64; 2],
}

impl StepRule {
    /// The numbers of step `t` of a replica, counted from 1 over all its epochs, on `rows` rows.
    pub fn numbers(&self, replica: &Replica, rows: usize, t: u64) -> StepNumbers {
        StepNumbers {
            learning_rate: replica.rate.at(t),
            decay: match self.batch_gradient {
                BatchGradient::Mean => replica.l2 / rows as f64,
                BatchGradient::Sum => replica.l2,
            },
            corrections: replica.optimizer.corrections(t),
        }
    }
}
