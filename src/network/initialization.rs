//! How a run's weights start.

/// How the weights start: the activations decide, or the source document's own distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialization {
    /// He for the ReLU family, Glorot for tanh, sigmoid, softplus, linear and the output, LeCun for SELU.
    Auto,
    /// Weights N(0, 0.5²), biases N(0, 0.1²).
    Source,
}
