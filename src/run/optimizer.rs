//! The optimizers, as every backend needs them.

/// The rule that turns a gradient into a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// w -= learning rate · gradient
    Sgd,
    /// v = momentum · v + gradient, w -= learning rate · v
    Momentum {
        /// The share of the velocity v that a step keeps.
        momentum: f64,
    },
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

/// The values that an optimizer's formula reads and keeps, by their names in the formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The file in `shaders/` that has it.
    pub name: &'static str,
    /// What it keeps from one step to the next: one array per name, as long as the weights, at first 0.
    pub slots: &'static [&'static str],
    /// The numbers that it reads, the same for every weight and step.
    pub numbers: Vec<(&'static str, f64)>,
}

impl Optimizer {
    /// Adam with its usual numbers: 0.9, 0.999 and 1e-8.
    pub fn adam() -> Self {
        Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }

    /// Each optimizer once, with usual numbers.
    pub const ALL: [Optimizer; 3] = [
        Optimizer::Sgd,
        Optimizer::Momentum { momentum: 0.9 },
        Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    ];

    /// Its formula.
    pub fn formula(self) -> Formula {
        let (name, slots, numbers): (_, &[_], _) = match self {
            Optimizer::Sgd => ("sgd", &[], vec![]),
            Optimizer::Momentum { momentum } => {
                ("momentum", &["velocity"], vec![("momentum", momentum)])
            }
            Optimizer::Adam { beta1, beta2, epsilon } => (
                "adam",
                &["first_moment", "second_moment"],
                vec![
                    ("beta1", beta1),
                    ("beta2", beta2),
                    ("rest1", 1.0 - beta1),
                    ("rest2", 1.0 - beta2),
                    ("epsilon", epsilon),
                ],
            ),
        };
        Formula { name, slots, numbers }
    }

    /// How many values it keeps for each weight.
    pub fn slots(self) -> usize {
        self.formula().slots.len()
    }

    /// Adam's bias corrections 1 / (1 - βᵗ) at step `t`, counted from 1, in f64: in f32 they lose
    /// digits. 1 for optimizers without corrections.
    pub fn corrections(self, t: u64) -> [f64; 2] {
        match self {
            Optimizer::Sgd | Optimizer::Momentum { .. } => [1.0, 1.0],
            Optimizer::Adam { beta1, beta2, .. } => {
                [beta1, beta2].map(|beta| 1.0 / (1.0 - beta.powf(t as f64)))
            }
        }
    }
}
