//! Expressions of x: parsed once, simplified, differentiated, evaluated and printed as WGSL.
//!
//! The language: numbers (`1`, `.5`, `1e-3`), `x`, the constants `pi` and `e`, `+ - * / ^`, unary
//! minus, `if(a < b, then, otherwise)` with `<`, `<=`, `>`, `>=`, `==` or `!=`, and the functions
//! abs, min, max, exp, ln, sqrt, sin, cos, tanh, sigmoid, softplus and erf; letter case does not
//! matter. `-x^2` is -(x²), and `^` groups from the right.
//!
//! Where a function has no value it is continued so that a network can go on computing:
//! - `sqrt(u)` is 0 for u < 0, and its derivative is 0 for u <= 0;
//! - `ln(u)` is the logarithm of the smallest normal number below it, and its derivative is 0 for
//!   u <= 0;
//! - `u^v` is repeated multiplication if v is a whole number; otherwise it is exp(v ln(u)), and 0
//!   with derivative 0 for u <= 0;
//! - at a kink the branch of x <= 0 holds: d max(a, b) = a > b ? a' : b', d min(a, b) = a < b ? a' :
//!   b', d abs(0) = 0.
//!
//! A division by 0 is the author's own matter. `1/(1 + exp(-u))` and `ln(1 + exp(u))` become
//! sigmoid(u) and softplus(u), which do not overflow.

mod cursor;
mod derivative;
mod display;
mod operation;
mod parse;
mod program;
mod simplify;
mod steps;
mod token;
mod tree;
mod unfold;
mod wgsl;

pub use crate::math::MATH_WGSL;
use crate::math::Real;
pub use operation::{Comparison, Function, Operator};
use program::{CHUNK, Program};
pub use steps::Step;
use tree::{Term, Tree};

/// Why a text is no expression: a message and the character it points at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", position + 1)]
pub struct ParseError {
    /// The character of the text, counted from 0.
    pub position: usize,
    /// What was wrong and what is allowed.
    pub message: String,
}

/// A function of x with its derivative, as a straight-line program with shared subterms.
#[derive(Debug, Clone)]
pub struct Expression {
    tree: Tree,
    root: Term,
    program: Program,
}

/// Room for the intermediate values of [`Expression::evaluate_block`], reused from call to call.
#[derive(Debug, Default, Clone)]
pub struct Scratch<T> {
    slots: Vec<[T; CHUNK]>,
}

impl Expression {
    /// Parses `text`; see the crate's language reference for what it may hold.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (tree, root) = parse::parse(text)?;
        let mut with_derivative = tree.clone();
        let derivative = with_derivative.derivative(root);
        if with_derivative.take_overflow() {
            return Err(ParseError {
                position: 0,
                message: "the derivative has a constant beyond 3.4e38".to_owned(),
            });
        }
        let program = Program::new(&with_derivative, root, derivative)?;
        Ok(Self { tree, root, program })
    }

    /// f(x) and f'(x).
    pub fn evaluate<T: Real>(&self, x: T) -> (T, T) {
        self.program.evaluate(x)
    }

    /// f and, if asked for, f' at every element of `x`; the slices have equal lengths. The bits are
    /// those of [`Expression::evaluate`].
    ///
    /// # Panics
    /// If `value` or `derivative` is shorter than `x`.
    pub fn evaluate_block<T: Real>(
        &self,
        x: &[T],
        value: &mut [T],
        derivative: Option<&mut [T]>,
        scratch: &mut Scratch<T>,
    ) {
        self.program.evaluate_block(x, value, derivative, scratch);
    }

    /// WGSL: `fn NAME(x: f32) -> vec2<f32>`, the value and the derivative. It calls functions of
    /// [`MATH_WGSL`], which must stand in the same shader.
    pub fn to_wgsl(&self, name: &str) -> String {
        self.program.to_wgsl(name)
    }
}

impl std::fmt::Display for Expression {
    /// The expression of f, simplified, in the language it was parsed from.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tree.write(self.root, f)
    }
}
