//! Expressions of x: parsed once, simplified, differentiated, evaluated and printed as WGSL.

use crate::math::Real;

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
pub struct Expression {}

/// Room for the intermediate values of [`Expression::evaluate_block`], reused from call to call.
#[derive(Debug, Default, Clone)]
pub struct Scratch<T> {
    _values: Vec<T>,
}

impl Expression {
    /// Parses `text`; see the crate's language reference for what it may hold.
    pub fn parse(_text: &str) -> Result<Self, ParseError> {
        unimplemented!()
    }

    /// f(x) and f'(x).
    pub fn evaluate<T: Real>(&self, _x: T) -> (T, T) {
        unimplemented!()
    }

    /// f and, if asked for, f' at every element of `x`; the slices have equal lengths.
    pub fn evaluate_block<T: Real>(
        &self,
        _x: &[T],
        _value: &mut [T],
        _derivative: Option<&mut [T]>,
        _scratch: &mut Scratch<T>,
    ) {
        unimplemented!()
    }

    /// WGSL: `fn NAME(x: f32) -> vec2<f32>`, the value and the derivative.
    pub fn to_wgsl(&self, _name: &str) -> String {
        unimplemented!()
    }
}

impl std::fmt::Display for Expression {
    /// The expression of f in the language it was parsed from.
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}
