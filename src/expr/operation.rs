//! The operations of the language: their names and values.

use crate::math::Real;

/// A function of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// -a
    Negate,
    /// |a|
    Absolute,
    /// e^a, limited as the crate's language reference tells.
    Exponential,
    /// ln a
    Logarithm,
    /// The square root of a; 0 for a < 0.
    SquareRoot,
    /// sin a
    Sine,
    /// cos a
    Cosine,
    /// tanh a
    Tangent,
    /// 1 / (1 + e^-a)
    Sigmoid,
    /// ln(1 + e^a)
    Softplus,
    /// erf a
    Error,
}

/// The functions of one argument that have a name in the language.
pub(super) const FUNCTIONS: [(&str, Function); 10] = [
    ("abs", Function::Absolute),
    ("exp", Function::Exponential),
    ("ln", Function::Logarithm),
    ("sqrt", Function::SquareRoot),
    ("sin", Function::Sine),
    ("cos", Function::Cosine),
    ("tanh", Function::Tangent),
    ("sigmoid", Function::Sigmoid),
    ("softplus", Function::Softplus),
    ("erf", Function::Error),
];

impl Function {
    /// The name in the language; a negation has a sign instead.
    pub(super) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("-", |(name, _)| name)
    }

    /// The value at `a`. The square root of a negative number is 0, and so is its derivative.
    #[inline(always)]
    pub(super) fn apply<T: Real>(self, a: T) -> T {
        match self {
            Self::Negate => -a,
            Self::Absolute => a.abs(),
            Self::Exponential => a.exp(),
            Self::Logarithm => a.ln(),
            Self::SquareRoot => square_root(a),
            Self::Sine => a.sin(),
            Self::Cosine => a.cos(),
            Self::Tangent => a.tanh(),
            Self::Sigmoid => a.sigmoid(),
            Self::Softplus => a.softplus(),
            Self::Error => a.erf(),
        }
    }
}

#[inline(always)]
fn square_root<T: Real>(a: T) -> T {
    (if a < T::ZERO { T::ZERO } else { a }).sqrt()
}

/// An operation of two arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// a + b
    Add,
    /// a - b
    Subtract,
    /// a · b
    Multiply,
    /// a / b
    Divide,
    /// Repeated multiplication if b is a whole number; otherwise e^(b ln a), and 0 for a <= 0.
    Power,
    /// The larger.
    Maximum,
    /// The smaller.
    Minimum,
}

impl Operator {
    /// The value at `a` and `b`, in f64, for folding constants.
    pub(super) fn fold(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Power if a > 0.0 || b.fract() == 0.0 => a.powf(b),
            Self::Power => 0.0,
            Self::Maximum => Real::max(a, b),
            Self::Minimum => Real::min(a, b),
        }
    }
}

/// How the condition of `if` compares its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// a < b
    Less,
    /// a <= b
    LessOrEqual,
    /// a > b
    Greater,
    /// a >= b
    GreaterOrEqual,
    /// a == b
    Equal,
    /// a != b
    NotEqual,
}

/// The comparisons with their signs, which are the same in the language and in WGSL.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("<", Comparison::Less),
    ("<=", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    (">=", Comparison::GreaterOrEqual),
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
];

impl Comparison {
    /// Whether the comparison holds.
    pub(super) fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterOrEqual => a >= b,
            Self::Equal => a == b,
            Self::NotEqual => a != b,
        }
    }

    /// The comparison with this sign.
    pub(super) fn of_sign(sign: &str) -> Option<Self> {
        COMPARISONS.iter().find(|(known, _)| *known == sign).map(|(_, comparison)| *comparison)
    }

    /// Its sign.
    pub(super) fn sign(self) -> &'static str {
        COMPARISONS.iter().find(|(_, comparison)| *comparison == self).map_or("", |(sign, _)| sign)
    }
}
