//! Expressions of named variables: they are parsed once, simplified, differentiated, evaluated and printed as WGSL.
//!
//! The language: numbers (`1`, `.5`, `1e-3`), the [`Variable`]s that an expression may have (of an
//! activation `x` alone), the constants `pi` and `e`, `+ - * / ^`, unary minus, `if(a < b, then, otherwise)`
//! with `<`, `<=`, `>`, `>=`, `==` or `!=`, and the functions abs, min, max, exp, ln, sqrt, sin, cos, tanh,
//! sigmoid, softplus and erf; letter case does not matter. `-x^2` is -(x²), and `^` groups from the right.
//!
//! A function is continued where it has no value, so that a network can go on computing:
//! - `sqrt(u)` is 0 for u < 0, and its derivative is 0 for u <= 0;
//! - `ln(u)` is the logarithm of the smallest normal number below it, and its derivative is 0 for
//!   u <= 0;
//! - `u^v` is repeated multiplication if v is a whole number; otherwise it is exp(v ln(u)), and 0
//!   with derivative 0 for u <= 0;
//! - at a kink the branch of x <= 0 holds: d max(a, b) = a > b ? a' : b', d min(a, b) = a < b ? a' :
//!   b', d abs(0) = 0.
//!
//! A division by 0 is not changed. `1/(1 + exp(-u))` and `ln(1 + exp(u))` become
//! sigmoid(u) and softplus(u), which do not overflow.

mod cursor;
mod derivative;
mod display;
mod error;
mod expression;
mod instructions;
mod operation;
mod parse;
mod program;
mod simplify;
mod token;
mod tree;
mod unfold;
mod variable;
mod wgsl;

pub use crate::math::MATH_WGSL;
pub use error::ParseError;
pub use expression::Expression;
pub use instructions::Instruction;
pub use operation::{Comparison, Function, Operator};
pub use program::Scratch;
pub use variable::Variable;
