//! Optimizers and their numbers.

/// The rule that turns a gradient into a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// w -= learning rate · gradient
    Sgd,
    /// Kingma and Ba, 2015, with bias correction.
    Adam {
        /// Decay of the mean of gradients.
        beta1: f64,
        /// Decay of the mean of their squares.
        beta2: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
}

impl Optimizer {
    /// The values an optimizer keeps for each parameter: moments.
    pub fn slots(self) -> usize {
        match self {
            Optimizer::Sgd => 0,
            Optimizer::Adam { .. } => 2,
        }
    }

    /// Adam's bias corrections 1 / (1 - βᵗ) at step `t`, counted from 1, in f64: in f32 they lose
    /// digits. 1 for SGD.
    pub fn corrections(self, t: u64) -> [f64; 2] {
        match self {
            Optimizer::Sgd => [1.0, 1.0],
            Optimizer::Adam { beta1, beta2, .. } => {
                [beta1, beta2].map(|beta| 1.0 / (1.0 - beta.powf(t as f64)))
            }
        }
    }
}
