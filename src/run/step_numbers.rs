//! The numbers of one step.

use super::batch_gradient::BatchGradient;
use super::rate::Rate;
use super::replica::Replica;
use super::run::Run;

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

impl Run {
    /// The numbers of step `t` of a replica, counted from 1 over all its epochs, on `rows` rows.
    pub fn step_numbers(&self, replica: &Replica, rows: usize, t: u64) -> StepNumbers {
        StepNumbers {
            learning_rate: match replica.rate {
                // Without the quotient that counts the steps: small networks take less than a microsecond a step.
                Rate::Constant(rate) => rate,
                changing @ Rate::Cosine { .. } => changing.at(t, self.steps_in_all(replica)),
            },
            decay: match self.step.batch_gradient {
                BatchGradient::Mean => replica.l2 / rows as f64,
                BatchGradient::Sum => replica.l2,
            },
            corrections: replica.optimizer.corrections(t),
        }
    }

    /// The steps of all epochs of a replica.
    pub fn steps_in_all(&self, replica: &Replica) -> u64 {
        u64::from(self.steps_of(self.fold(replica))) * u64::from(replica.stopping.max_epochs)
    }

    /// The learning rate of the last step of an epoch of a replica, where not every step has the same.
    pub fn changing_rate(&self, replica: &Replica, epoch: u32) -> Option<f64> {
        let t = u64::from(self.steps_of(self.fold(replica))) * u64::from(epoch);
        let changes = !replica.rate.is_constant();
        changes.then(|| replica.rate.at(t, self.steps_in_all(replica)))
    }
}
