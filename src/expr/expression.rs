//! An expression of x: parsed, differentiated, computed.

use super::error::ParseError;
use super::parse;
use super::program::{Program, Scratch};
use super::tree::{Term, Tree};
use crate::math::Real;

/// A function of x with its derivative, as a straight-line program with shared subterms.
#[derive(Debug, Clone)]
pub struct Expression {
    tree: Tree,
    root: Term,
    pub(super) program: Program,
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
    /// [`MATH_WGSL`](crate::math::MATH_WGSL), which must stand in the same shader.
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
