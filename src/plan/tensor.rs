//! Tensors: the parameters of a network, and what its operations keep from step to step.

use super::initializer::Initializer;

/// A tensor of the plan: its index in [`Plan::tensors`](super::Plan::tensors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorId(pub usize);

/// A named parameter of the network.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Its name in model files: `layers.0.weight`.
    pub name: String,
    /// Its shape; weights are (out, in).
    pub shape: Vec<usize>,
    /// The number of inputs that a unit sums over.
    pub fan_in: usize,
    /// The number of units that an input feeds.
    pub fan_out: usize,
    /// Whether L2 pulls on it: weights yes, biases and alphas no.
    pub decay: bool,
    /// Whether training changes it.
    pub trainable: bool,
    /// Whether every replica has its own.
    pub replicated: bool,
    /// Its values before training.
    pub initializer: Initializer,
}
