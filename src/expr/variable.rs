//! The variables that an expression may have.

/// A variable of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `x`: what an activation is applied to.
    X,
    /// `a`: the parameter that an activation learns.
    A,
    /// `e`: the error, prediction - target, in a loss. Where it is a variable, e is not Euler's number.
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
