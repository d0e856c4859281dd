//! The initialization of a run's weights.

/// The distribution of the initial weights: by the activations, or that of the source document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialization {
    /// He for the ReLU family, Glorot for tanh, sigmoid, softplus, linear and the output, LeCun for SELU;
    /// orthogonal for what a recurrent layer makes of its h.
    Auto,
    /// Weights N(0, 0.5²), biases N(0, 0.1²).
    Source,
}
