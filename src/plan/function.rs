//! A named function of one variable.

use crate::expr::Expression;

/// A function that is applied element by element.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name as tables and files show it: `relu`, `leaky_relu(0.02)`, or the expression's text.
    pub name: String,
    /// The function and its derivative.
    pub expression: Expression,
}
