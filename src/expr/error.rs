//! The error of a text that is no expression.

/// The error of a text that is no expression: a message and the character that it points at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", position + 1)]
pub struct ParseError {
    /// The character of the text, counted from 0.
    pub position: usize,
    /// What was wrong and what is allowed.
    pub message: String,
}
