//! Tensors: the parameters of a network, and values that its operations keep from step to step.

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
    /// Inputs per output, for the initial values.
    pub fan_in: usize,
    /// Outputs per input, for the initial values.
    pub fan_out: usize,
    /// Whether L2 pulls on it: true for weights, false for biases and alphas.
    pub decay: bool,
    /// Whether training changes it.
    pub trainable: bool,
    /// Whether every replica has its own.
    pub replicated: bool,
    /// The distribution of its values before training.
    pub initializer: Initializer,
}

impl Tensor {
    /// The number of its elements.
    #[allow(clippy::len_without_is_empty)] // no tensor is empty
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
}
