//! The variables that an expression may have.

/// A variable of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `x`: the argument of an activation.
    X,
    /// `a`: the learned parameter of an activation.
    A,
    /// `e`: the error of a loss, prediction - target. In an expression with this variable, e is not Euler's number.
    E,
}

impl Variable {
    /// The name in the language and in WGSL.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::A => "a",
            Self::E => "e",
        }
    }
}
