//! The distributions of initial values.

/// The distribution of the values of a tensor before training; the fans are those of the tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initializer {
    /// N(0, 2 / fan_in): He et al., 2015, for the ReLU family.
    He,
    /// N(0, 2 / (fan_in + fan_out)): Glorot and Bengio, 2010, for tanh, sigmoid, softplus and outputs.
    Glorot,
    /// N(0, 1 / fan_in): LeCun et al., 1998, for SELU.
    LeCun,
    /// N(0, σ²) with this σ.
    Normal(f64),
    /// One value everywhere.
    Constant(f64),
    /// Squares below each other, (gates · n, n), each of which preserves lengths: Saxe et al., 2014.
    Orthogonal,
    /// 1 in the second quarter, which is that of an LSTM's gate f, else 0: Jozefowicz et al., 2015.
    ForgetGate,
}
